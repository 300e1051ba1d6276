import type { Tensor } from '@tensorflow/tfjs-core';
import type { DropPath } from './drop-path.js';

/** Drops a block's branch in training; see {@link DropPath}. */
export type BranchDrop = <T extends Tensor>(branch: T) => T;

/** What drops each block's branch, by stage: with rates from 0 in the first block to `rate` in the last, and nothing where the rate is 0. */
export function branchDrops(
  dropPath: { readonly layer: DropPath; readonly rate: number } | undefined,
  depths: readonly number[],
): (BranchDrop | undefined)[][] {
  const last = depths.reduce((sum, depth) => sum + depth, 0) - 1;
  let next = 0;
  return depths.map((depth) =>
    Array.from({ length: depth }, () => {
      const index = next++;
      if (dropPath === undefined || index === 0) return undefined;
      const { layer, rate } = dropPath;
      return (branch) => layer.apply(branch, (rate * index) / last);
    }),
  );
}
