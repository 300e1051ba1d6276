import type { Tensor } from '@tensorflow/tfjs-core';
import { invalidArgument } from '../errors.js';
import { checkFloat32 } from './check-float32.js';

/** Throws unless `images` is float32, and every row of `sources` names as many of its rows. */
export function checkSources(where: string, images: Tensor, sources: readonly (readonly number[])[]): void {
  checkFloat32(where, 'images', images);
  const count = sources[0]?.length ?? 0;
  const [have = 0] = images.shape;
  for (const row of sources) {
    if (count === 0 || row.length !== count || !row.every((source) => isRow(source, have))) {
      const rule = `name as many rows from 0 to ${have - 1} in every row, at least one`;
      throw invalidArgument(where, 'sources', rule, row);
    }
  }
}

/** Whether a number is a row of a tensor that has `have` of them. */
export function isRow(value: number, have: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < have;
}
