import { invalidArgument } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Box } from '../cutmix-box.js';

/** Four images around a point: top left, bottom left, top right, bottom right. */
export function quadrants(
  [height, width]: readonly [number, number],
  [y, x]: readonly [number, number],
): [Box, Box, Box, Box] {
  return [
    [0, 0, y, x],
    [y, 0, height, x],
    [0, x, y, width],
    [y, x, height, width],
  ];
}

/** The share of the image that each quadrant takes. */
export function quadrantShares(size: readonly [number, number], point: readonly [number, number]): number[] {
  return quadrants(size, point).map(([y1, x1, y2, x2]) => ((y2 - y1) * (x2 - x1)) / (size[0] * size[1]));
}

/** Masks `[B,H,W,4]`: each row's quadrants around its point. */
export function quadrantMasks(
  points: readonly (readonly [number, number])[],
  [height, width]: readonly [number, number],
): Tensor4D {
  const masks = new Float32Array(points.length * height * width * 4);
  let position = 0;
  for (const [atY, atX] of points) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        masks[position + (y < atY ? 0 : 1) + (x < atX ? 0 : 2)] = 1;
        position += 4;
      }
    }
  }
  return tf.tensor4d(masks, [points.length, height, width, 4]);
}

/** Puts four tiles together, each of its quadrant's size; an empty quadrant has none. Disposes nothing. */
export function joinQuadrants(tiles: readonly (Tensor4D | undefined)[]): Tensor4D {
  const join = (parts: readonly (Tensor4D | undefined)[], axis: number): Tensor4D | undefined => {
    const whole = parts.filter((part) => part !== undefined);
    return whole.length === 0 ? undefined : tf.concat(whole, axis);
  };
  const [topLeft, bottomLeft, topRight, bottomRight] = tiles;
  return join([join([topLeft, bottomLeft], 1), join([topRight, bottomRight], 1)], 2) as Tensor4D;
}

/** Throws unless every row has four sources that are rows of the batch. */
export function checkQuads(where: string, quads: readonly (readonly number[])[]): void {
  for (const quad of quads) {
    const four = Array.isArray(quad) && quad.length === 4;
    if (!four || !quad.every((other) => Number.isInteger(other) && other >= 0 && other < quads.length)) {
      throw invalidArgument(where, 'plan.quads', `be four rows from 0 to ${quads.length - 1} each`, quad);
    }
  }
}

/** Throws unless a point lies in the image or on its border. */
export function checkPoint(
  where: string,
  argument: string,
  point: unknown,
  [height, width]: readonly [number, number],
): void {
  if (Array.isArray(point) && point.length === 2 && point.every(Number.isInteger)) {
    const [y, x] = point;
    if (y >= 0 && y <= height && x >= 0 && x <= width) return;
  }
  throw invalidArgument(where, argument, `be whole pixels from [0,0] to [H,W]=[${height},${width}]`, point);
}
