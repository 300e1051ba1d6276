import type { Tensor } from '@tensorflow/tfjs-core';
import type { BlendShares } from '../blend.js';
import { invalidArgument } from '../errors.js';
import { checkFloat32 } from './check-float32.js';

/** Throws unless the arguments of `blend` fit together. */
export function checkBlend(
  images: Tensor,
  sources: readonly (readonly number[])[],
  shares: BlendShares,
): void {
  checkFloat32('blend', 'images', images);
  if (images.rank === 0)
    throw invalidArgument('blend', 'images', 'have rows', images.shape, { code: 'SHAPE' });
  const count = sources[0]?.length ?? 0;
  const have = images.shape[0] as number;
  for (const row of sources) {
    if (row.length !== count || count === 0) {
      throw invalidArgument('blend', 'sources', 'have as many sources in every row, at least one', row);
    }
    if (row.some((source) => !(Number.isInteger(source) && source >= 0 && source < have))) {
      throw invalidArgument('blend', 'sources', `be rows from 0 to ${have - 1}`, row);
    }
  }
  if ('lam' in shares) checkLam(shares.lam, sources.length, count);
  else if (sources.length > 0) checkMasks(images, shares.masks, sources.length, count);
}

function checkLam(lam: readonly (readonly number[])[], rows: number, count: number): void {
  if (lam.length !== rows) {
    throw invalidArgument('blend', 'lam', `have as many rows as sources, ${rows}`, lam.length, {
      code: 'BATCH_SIZE',
    });
  }
  for (const row of lam) {
    if (row.length !== count || !row.every(Number.isFinite)) {
      throw invalidArgument('blend', 'lam', `have ${count} finite shares in every row`, row);
    }
  }
}

function checkMasks(images: Tensor, masks: Tensor, rows: number, count: number): void {
  const [, height, width] = images.shape;
  if (images.rank !== 4) {
    throw invalidArgument('blend', 'images', 'be [B,H,W,C] with masks', images.shape, { code: 'SHAPE' });
  }
  const channels = count === 2 && masks.shape[3] === 1 ? 1 : count;
  checkFloat32('blend', 'masks', masks, [rows, height as number, width as number, channels]);
}
