import { checkChoice, checkPositive, checkRange, invalidArgument } from '@mix/core';

/** Named settings: see {@link sumixPresets}. */
export type SumixCompat = 'fixed' | 'per-sample' | 'reference';

/** How SUMix computes. Those not given are the ones of `compat`. */
export interface SumixSettings {
  /**
   * Which variant the other settings start from: `fixed` is ours, `reference` the published code to the letter, `per-sample` the same with
   * a label weight for every row. @defaultValue 'fixed'
   */
  readonly compat?: SumixCompat;
  /**
   * Where label weights come from. `distance`: a source gets more of the label the nearer its clean prediction is to that of the mix.
   * `reference`: the published rule, which runs the other way round. @defaultValue 'distance'
   */
  readonly ratio?: 'distance' | 'reference';
  /** `sample` weights each row's cross-entropies by its own ratio, `batch` their batch means by the mean ratio. @defaultValue 'sample' */
  readonly reduction?: 'sample' | 'batch';
  /** Scale of α; `batch` is the number of rows. Above 0. @defaultValue 1 */
  readonly alphaScale?: number | 'batch';
  /**
   * Whether a source's own class is deleted from its prediction where both sources are of one class. Between classes the other's is always
   * deleted. @defaultValue false
   */
  readonly zeroSameClass?: boolean;
  /** Sharpness τ of `ratio: 'distance'`, which alone has it; the odds change by a factor of at most `exp(τ√2)`. At least 0. @defaultValue 1 */
  readonly tau?: number;
  /** Weight γ of the regulariser, at least 0; the published recipes have 1 on Tiny ImageNet, 0.5 elsewhere. @defaultValue 0.5 */
  readonly gamma?: number;
  /** Whether uncertainty is a layer of its own, softmax and unit norm; otherwise the logits serve as uncertainty. @defaultValue true */
  readonly isNorm?: boolean;
  /**
   * Keep nothing of the clean pass for the backward pass: about half of the memory and less time, but the regulariser then
   * reaches the network through the mixed images alone. With γ = 0 it is so anyway. @defaultValue false
   */
  readonly detachClean?: boolean;
}

/** {@link SumixSettings} with every default in place. */
export type ResolvedSettings = Required<Omit<SumixSettings, 'compat'>>;

/** The settings in which the variants differ. */
export type SumixPreset = Required<
  Pick<SumixSettings, 'ratio' | 'reduction' | 'alphaScale' | 'zeroSameClass'>
>;

/** What the names of {@link SumixSettings.compat} stand for. */
export const sumixPresets: Readonly<Record<SumixCompat, SumixPreset>> = {
  fixed: { ratio: 'distance', reduction: 'sample', alphaScale: 1, zeroSameClass: false },
  'per-sample': { ratio: 'reference', reduction: 'sample', alphaScale: 'batch', zeroSameClass: true },
  reference: { ratio: 'reference', reduction: 'batch', alphaScale: 'batch', zeroSameClass: true },
};

/** Checks settings and completes them. */
export function resolveSettings(where: string, settings: SumixSettings): ResolvedSettings {
  const { compat = 'fixed', ...given } = settings;
  checkChoice(where, 'compat', compat, ['fixed', 'per-sample', 'reference']);
  const preset = sumixPresets[compat];
  const { ratio = preset.ratio, reduction = preset.reduction, alphaScale = preset.alphaScale } = given;
  const { zeroSameClass = preset.zeroSameClass, tau = 1, gamma = 0.5, isNorm = true } = given;
  checkChoice(where, 'ratio', ratio, ['distance', 'reference']);
  checkChoice(where, 'reduction', reduction, ['sample', 'batch']);
  if (alphaScale !== 'batch') checkPositive(where, 'alphaScale', alphaScale);
  checkRange(where, 'tau', tau, 0, Number.MAX_VALUE);
  checkRange(where, 'gamma', gamma, 0, Number.MAX_VALUE);
  if (given.tau !== undefined && ratio === 'reference') {
    throw invalidArgument(where, 'tau', "be left out with ratio 'reference', which has none", given.tau);
  }
  const detachClean = (given.detachClean ?? false) || gamma === 0;
  return { ratio, reduction, alphaScale, zeroSameClass, tau, gamma, isNorm, detachClean };
}
