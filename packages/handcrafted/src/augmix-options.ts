import { checkInteger, checkRange, invalidArgument } from '@mix/core';
import { type AugmixOp, allAugmixOps, augmixOps } from './augmix-operation.js';
import { checkAlpha } from './internal/check-alpha.js';
import { isFields } from './internal/check-plan.js';

/** How images of bytes became floats: `(byte/255 − mean)/std`. Images in `[0,255]` have a `std` of 1/255. */
export interface AugmixScale {
  /** What was subtracted, of all channels or of each. */
  readonly mean: number | readonly number[];
  /** What it was divided by; above 0. */
  readonly std: number | readonly number[];
}

/** Options of {@link augmix}. */
export interface AugmixOptions extends Partial<AugmixScale> {
  /** Most level of an operation, from 0.1 to 10: each draws its own from U(0.1, severity). 1 is usual on ImageNet. @defaultValue 3 */
  readonly severity?: number;
  /** Chains of an image, at least 1. @defaultValue 3 */
  readonly width?: number;
  /** Operations in a chain, at least 1; −1 draws 1, 2 or 3 for each chain. @defaultValue -1 */
  readonly depth?: number;
  /** The chains' weights are Dirichlet(alpha, ...), their share in the image Beta(alpha, alpha); above 0. @defaultValue 1 */
  readonly alpha?: number;
  /** What the chains are made of. @defaultValue `augmixOps`; `allAugmixOps` has four more */
  readonly ops?: readonly AugmixOp[];
  /** What was subtracted from images in `[0,1]`, of all channels or of each. @defaultValue 0 */
  readonly mean?: number | readonly number[];
  /** What they were divided by, above 0; 1/255 for images in `[0,255]`. @defaultValue 1 */
  readonly std?: number | readonly number[];
}

/** Throws unless these are proper {@link AugmixOptions}. */
export function checkAugmix(where: string, options: AugmixOptions): void {
  const { severity = 3, width = 3, depth = -1, alpha = 1, ops = augmixOps, mean = 0, std = 1 } = options;
  checkRange(where, 'severity', severity, 0.1, 10);
  checkInteger(where, 'width', width, 1);
  if (depth !== -1) checkInteger(where, 'depth', depth, 1);
  checkAlpha(where, alpha);
  if (ops.length === 0 || !ops.every((op) => allAugmixOps.includes(op))) {
    throw invalidArgument(where, 'ops', `be some of ${allAugmixOps.join(', ')}`, ops);
  }
  checkScale(where, { mean, std });
}

/** Throws unless this is a proper {@link AugmixScale}. */
export function checkScale(where: string, scale: AugmixScale): void {
  if (!isFields(scale)) throw invalidArgument(where, 'plan.scale', 'be { mean, std }', scale);
  const { mean, std } = scale;
  const [means, stds] = [[mean].flat(), [std].flat()];
  if (means.length === 0 || !means.every((value) => Number.isFinite(value))) {
    throw invalidArgument(where, 'mean', 'be a finite number, or one for each channel', mean);
  }
  if (stds.length === 0 || !stds.every((value) => Number.isFinite(value) && value > 0)) {
    throw invalidArgument(where, 'std', 'be a finite number above 0, or one for each channel', std);
  }
}
