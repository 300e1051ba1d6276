import type { Momentum } from '@mix/automix';
import {
  type Classifier,
  checkChoice,
  checkInteger,
  checkRange,
  type Rng,
  softCrossEntropy,
  type Targets,
} from '@mix/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { CosineSign } from './generator-loss.js';
import type { MaskGeneratorDesign } from './mask-generator-design.js';
import { type AdautomixDraws, checkDraws } from './plan-adautomix.js';
import type { MarginRule } from './uses-constant-mask.js';

/** A loss for each row `[B]` of logits and targets. */
export type RowLoss = (logits: Tensor2D, targets: Targets) => Tensor1D;

/** Options of `adautomix`. */
export interface AdautomixOptions extends Omit<AdautomixDraws, 'upsampling'> {
  /** The classifier that will be trained; borrowed. */
  readonly classifier: Classifier;
  /** A second one of the same factory and options, whose weights are overwritten; its maker disposes it. */
  readonly teacher: Classifier;
  /** `[H,W,C]` of the images. */
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Where first weights come from. */
  readonly rng: Rng;
  /** The stage whose features the generator sees, counted from 1. @defaultValue the last but one */
  readonly stage?: number;
  /** What the generator is made of. */
  readonly generator?: MaskGeneratorDesign;
  /** How much of the teacher each step keeps. @defaultValue the papers' schedule, .999 to .999999 */
  readonly momentum?: Momentum;
  /** Give the teacher the student's running statistics at first. @defaultValue true, openmixup and sumix false */
  readonly copyStatsAtInit?: boolean;
  /** β: weight of the cross-entropy against the cosine on adversarial steps, in `[0,1]`. @defaultValue 0.3 */
  readonly beta?: number;
  /**
   * The generator works against the teacher on every advInterval-th step, from the first on; 0 is never. @defaultValue 2, sumix 0
   */
  readonly advInterval?: number;
  /** Which way the cosine pulls on adversarial steps. @defaultValue 'preserve', openmixup and sumix 'reference' */
  readonly cosine?: CosineSign;
  /** Rows in which one source has as much as this or less train the classifier on a plain mix; in `[0,½]`. @defaultValue 0.03 */
  readonly lamMargin?: number;
  /** Which sources the margin looks at. @defaultValue 'any', openmixup 'openmixup', sumix 'first' */
  readonly marginRule?: MarginRule;
  /** ρ in `[0,1]`: for K ≥ 3 the clean loss is `(1 − ρ)·L_one + ρ·L_plain`. @defaultValue 0.5 */
  readonly mixupRatio?: number;
  /** Label smoothing in all heads, in `[0,1]`: 0.1 for transformers. @defaultValue 0 */
  readonly labelSmoothing?: number;
  /** Loss of the student's heads. @defaultValue `softCrossEntropy` */
  readonly loss?: RowLoss;
  /** Loss of the teacher's mixup head, which trains the generator. @defaultValue `loss` */
  readonly teacherLoss?: RowLoss;
  /** Weights of the losses. @defaultValue 1 each */
  readonly weights?: {
    /** Of clean and, for K ≥ 3, plainly mixed images. */
    readonly one?: number;
    /** Of generated mixes. */
    readonly mix?: number;
    /** Of the generator. */
    readonly generator?: number;
  };
  /**
   * Presets of published code, where it differs from what is recommended. `openmixup`: `cosine: 'reference'`,
   * `marginRule: 'openmixup'`, `copyStatsAtInit: false`, and `restartAtZero` of the momentum. `sumix`, the copy in SUMix' repository:
   * the same with `marginRule: 'first'` and `advInterval: 0`. Options given beside it go first.
   */
  readonly compat?: 'openmixup' | 'sumix';
}

/** {@link AdautomixOptions} of the losses, with all defaults. */
export interface ResolvedAdautomix {
  readonly draws: AdautomixDraws;
  readonly momentum: Momentum;
  readonly copyStatsAtInit: boolean;
  readonly beta: number;
  readonly advInterval: number;
  readonly cosine: CosineSign;
  readonly lamMargin: number;
  readonly marginRule: MarginRule;
  readonly mixupRatio: number;
  readonly labelSmoothing: number;
  readonly loss: RowLoss;
  readonly teacherLoss: RowLoss;
  readonly weights: { readonly one: number; readonly mix: number; readonly generator: number };
}

type Numbers = Omit<
  AdautomixOptions,
  'classifier' | 'teacher' | 'imageShape' | 'rng' | 'stage' | 'generator'
>;

const presets = {
  openmixup: { cosine: 'reference', marginRule: 'openmixup', copyStatsAtInit: false },
  sumix: { cosine: 'reference', marginRule: 'first', copyStatsAtInit: false, advInterval: 0 },
} as const satisfies Record<string, Numbers>;

/** Fills in defaults and presets, and checks the numbers. */
export function resolveAdautomix(options: Numbers): ResolvedAdautomix {
  const { compat, momentum = {}, loss = softCrossEntropy } = options;
  if (compat !== undefined) checkChoice('adautomix', 'compat', compat, ['openmixup', 'sumix']);
  const preset: Numbers = compat === undefined ? {} : presets[compat];
  const { mixSamples, randomSamples, alpha, lamPer, derangement, generatorProb } = options;
  const draws = { mixSamples, randomSamples, alpha, lamPer, derangement, generatorProb };
  const resolved: ResolvedAdautomix = {
    draws: Object.fromEntries(Object.entries(draws).filter(([, value]) => value !== undefined)),
    momentum:
      compat !== undefined && typeof momentum === 'object' ? { restartAtZero: true, ...momentum } : momentum,
    copyStatsAtInit: options.copyStatsAtInit ?? preset.copyStatsAtInit ?? true,
    beta: options.beta ?? 0.3,
    advInterval: options.advInterval ?? preset.advInterval ?? 2,
    cosine: options.cosine ?? preset.cosine ?? 'preserve',
    lamMargin: options.lamMargin ?? 0.03,
    marginRule: options.marginRule ?? preset.marginRule ?? 'any',
    mixupRatio: options.mixupRatio ?? 0.5,
    labelSmoothing: options.labelSmoothing ?? 0,
    loss,
    teacherLoss: options.teacherLoss ?? loss,
    weights: { one: 1, mix: 1, generator: 1, ...options.weights },
  };
  check(resolved);
  return resolved;
}

function check(options: ResolvedAdautomix): void {
  checkDraws(options.draws);
  checkInteger('adautomix', 'advInterval', options.advInterval);
  checkRange('adautomix', 'beta', options.beta, 0, 1);
  checkChoice('adautomix', 'cosine', options.cosine, ['preserve', 'reference']);
  checkRange('adautomix', 'lamMargin', options.lamMargin, 0, 0.5);
  checkChoice('adautomix', 'marginRule', options.marginRule, ['any', 'first', 'openmixup']);
  checkRange('adautomix', 'mixupRatio', options.mixupRatio, 0, 1);
  checkRange('adautomix', 'labelSmoothing', options.labelSmoothing, 0, 1);
  for (const [name, weight] of Object.entries(options.weights)) {
    checkRange('adautomix', `weights.${name}`, weight, 0, Number.MAX_VALUE);
  }
}
