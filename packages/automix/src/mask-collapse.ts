/** How learned masks fail. */
export type MaskCollapse = 'constant' | 'saturated';

/** What {@link maskCollapse} looks at: means over some batches of what `maskStatistics` gives. */
export interface CollapseEvidence {
  /** Mean share of the first image, in `[0,1]`. */
  readonly mean: number;
  /** Standard deviation over an image's pixels. */
  readonly spread: number;
  /** Mean λ that the masks were asked for. */
  readonly lam: number;
}

/** Bounds of {@link maskCollapse}. */
export interface CollapseBounds {
  /** A spread below this is constant. @defaultValue 0.02 */
  readonly minSpread?: number;
  /** A mean share this far from λ, with less than `minShare` left of one image, is saturated. @defaultValue 0.02 */
  readonly minShare?: number;
}

/**
 * Names a collapse of the mask generator: `saturated` when one image has taken all of the picture though λ did not ask for it,
 * `constant` when masks have no shape, as all at first, or no longer: a plain blend.
 *
 * @returns `undefined` when masks are in order.
 */
export function maskCollapse(
  { mean, spread, lam }: CollapseEvidence,
  { minSpread = 0.02, minShare = 0.02 }: CollapseBounds = {},
): MaskCollapse | undefined {
  const rarer = Math.min(mean, 1 - mean);
  if (rarer < minShare && Math.min(lam, 1 - lam) > minShare) return 'saturated';
  return spread < minSpread ? 'constant' : undefined;
}
