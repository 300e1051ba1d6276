import {
  type Classifier,
  checkChoice,
  checkRange,
  type Interpolation,
  invalidArgument,
  type Mixer,
  type Rng,
} from '@mix/core';
import { checkMaskLoss, type MaskLossOptions } from './mask-loss.js';
import type { MaskLossDecay } from './mask-loss-weight.js';
import { checkInterpolations, type MixBlockDesign } from './mix-block-options.js';
import type { Momentum } from './momentum-schedule.js';
import { checkPairOptions, type PairOptions } from './plan-pairs.js';

/** Options of `automix` and `samix`. */
export interface AutomixOptions extends PairOptions {
  /** The classifier that will be trained; borrowed. */
  readonly classifier: Classifier;
  /** A second one of the same factory and options, whose weights are overwritten; its maker disposes it. */
  readonly teacher: Classifier;
  /** `[H,W,C]` of the images. */
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Where first weights come from. */
  readonly rng: Rng;
  /** The stage whose features the block sees, counted from 1. @defaultValue the last but one */
  readonly stage?: number;
  /** What the block is made of, where it differs from the method's. */
  readonly block?: MixBlockDesign;
  /** Upsampling in the generator's training alone. @defaultValue the block's */
  readonly generatorUpsampling?: Interpolation | readonly Interpolation[];
  /** How much of the teacher each step keeps. @defaultValue the papers' schedule, .999 to .999999 */
  readonly momentum?: Momentum;
  /** Give the teacher the student's running statistics at first. @defaultValue true, openmixup false */
  readonly copyStatsAtInit?: boolean;
  /** The mask regulariser. @defaultValue AutoMix 'L1', SAMix 'L1+Variance', weight 0.1, constant (paper: 'linear') */
  readonly maskLoss?: MaskLossOptions & {
    /** Its weight β at the start. @defaultValue 0.1 */
    readonly weight?: number;
    /** How β changes: `cosine` on ImageNet and fine-grained sets. @defaultValue 'constant' */
    readonly decay?: MaskLossDecay;
  };
  /** Mixes for the student with λ or 1 − λ up to this are plain Mixup. @defaultValue 0.08 */
  readonly lamMargin?: number;
  /** Probability that the student's masks are rescaled to have λ as mean. @defaultValue 0 */
  readonly maskAdjust?: number;
  /** By which λ: the student's own, or (a slip of openmixup) the generator's. @defaultValue 'backbone' */
  readonly maskAdjustLam?: 'backbone' | 'generator';
  /** Probability that a batch trains the generator. @defaultValue 1 */
  readonly generatorProb?: number;
  /** Keep the mask loss of batches that do not train the generator. @defaultValue false, openmixup true */
  readonly skipKeepsMaskLoss?: boolean;
  /**
   * The generator's classification loss: cross-entropy (what published configurations amount to), sigmoid binary cross-entropy with weight
   * η on the classes that are not in the mix, or cross-entropy plus η times the decoupled one.
   * @defaultValue 'ce', paper's SAMix 'bce'
   */
  readonly etaLoss?: 'ce' | 'bce' | 'decoupled';
  /** η of `etaLoss`. @defaultValue 0.5 */
  readonly eta?: number;
  /** Mixes the images of the one-hot head, too: for transformers, Mixup or CutMix. @defaultValue none */
  readonly headOneMix?: Mixer;
  /**
   * Label smoothing in all heads, in `[0,1]`: 0.1 for transformers. Of the generator's losses only 'ce' smooths: the others tell the classes
   * of the mix from the rest by their targets, which smoothing would blur. @defaultValue 0
   */
  readonly labelSmoothing?: number;
  /** Weights of the three classification losses. @defaultValue 1 each */
  readonly weights?: {
    /** Of the one-hot head on clean images. */
    readonly one?: number;
    /** Of the mixup head on mixed images. */
    readonly mix?: number;
    /** Of the teacher's judgement of the generator. */
    readonly generator?: number;
  };
  /**
   * Presets where published sources differ from what is recommended. `openmixup`: `copyStatsAtInit: false`, `maskAdjustLam: 'generator'`,
   * `skipKeepsMaskLoss: true`, and `restartAtZero` of the momentum. `paper`: a mask loss that decays in a line, and for SAMix
   * `etaLoss: 'bce'`. Options given beside it go first.
   */
  readonly compat?: 'openmixup' | 'paper';
}

/** {@link AutomixOptions} with all defaults. */
export interface ResolvedOptions {
  readonly name: string;
  readonly pairs: PairOptions;
  readonly design: MixBlockDesign;
  readonly generatorUpsampling: Interpolation | readonly Interpolation[] | undefined;
  readonly momentum: Momentum;
  readonly copyStatsAtInit: boolean;
  readonly maskLoss: MaskLossOptions & { readonly weight: number; readonly decay: MaskLossDecay };
  readonly lamMargin: number;
  readonly maskAdjust: number;
  readonly maskAdjustLam: 'backbone' | 'generator';
  readonly generatorProb: number;
  readonly skipKeepsMaskLoss: boolean;
  readonly etaLoss: 'ce' | 'bce' | 'decoupled';
  readonly eta: number;
  readonly headOneMix: Mixer | undefined;
  readonly labelSmoothing: number;
  readonly weights: { readonly one: number; readonly mix: number; readonly generator: number };
}

/** What a method of this kind has by itself. */
export interface MethodDefaults {
  readonly name: 'automix' | 'samix';
  readonly design: MixBlockDesign;
  readonly maskLossMode: NonNullable<MaskLossOptions['mode']>;
}

/** Fills in defaults and presets, and checks the numbers. */
export function resolveOptions(options: AutomixOptions, defaults: MethodDefaults): ResolvedOptions {
  const { name } = defaults;
  const { alpha = 2, lamPer = 'batch', derangement = false, compat } = options;
  if (compat !== undefined) checkChoice(name, 'compat', compat, ['openmixup', 'paper']);
  const published = compat === 'openmixup';
  const paper = compat === 'paper';
  const { weight = 0.1, decay = paper ? 'linear' : 'constant', ...regulariser } = options.maskLoss ?? {};
  const { momentum = {} } = options;
  const resolved: ResolvedOptions = {
    name,
    pairs: { alpha, lamPer, derangement },
    design: { ...defaults.design, ...options.block },
    generatorUpsampling: options.generatorUpsampling,
    momentum: published && typeof momentum === 'object' ? { restartAtZero: true, ...momentum } : momentum,
    copyStatsAtInit: options.copyStatsAtInit ?? !published,
    maskLoss: { mode: defaults.maskLossMode, ...regulariser, weight, decay },
    lamMargin: options.lamMargin ?? 0.08,
    maskAdjust: options.maskAdjust ?? 0,
    maskAdjustLam: options.maskAdjustLam ?? (published ? 'generator' : 'backbone'),
    generatorProb: options.generatorProb ?? 1,
    skipKeepsMaskLoss: options.skipKeepsMaskLoss ?? published,
    etaLoss: options.etaLoss ?? (paper && name === 'samix' ? 'bce' : 'ce'),
    eta: options.eta ?? 0.5,
    headOneMix: options.headOneMix,
    labelSmoothing: options.labelSmoothing ?? 0,
    weights: { one: 1, mix: 1, generator: 1, ...options.weights },
  };
  check(name, resolved);
  return resolved;
}

function check(name: string, options: ResolvedOptions): void {
  checkPairOptions(name, options.pairs);
  checkInterpolations(name, 'generatorUpsampling', options.generatorUpsampling);
  checkMaskLoss(name, options.maskLoss, 'maskLoss.');
  checkChoice(name, 'maskLoss.decay', options.maskLoss.decay, ['constant', 'cosine', 'linear']);
  checkChoice(name, 'maskAdjustLam', options.maskAdjustLam, ['backbone', 'generator']);
  checkChoice(name, 'etaLoss', options.etaLoss, ['ce', 'bce', 'decoupled']);
  checkRange(name, 'maskLoss.weight', options.maskLoss.weight, 0, Number.MAX_VALUE);
  checkRange(name, 'lamMargin', options.lamMargin, 0, 0.5);
  checkRange(name, 'maskAdjust', options.maskAdjust, 0, 1);
  checkRange(name, 'generatorProb', options.generatorProb, 0, 1);
  checkRange(name, 'eta', options.eta, 0, Number.MAX_VALUE);
  checkRange(name, 'labelSmoothing', options.labelSmoothing, 0, 1);
  if (options.headOneMix !== undefined && typeof options.headOneMix !== 'function') {
    throw invalidArgument(name, 'headOneMix', 'be a mixer such as cutmix()', options.headOneMix);
  }
  for (const [head, weight] of Object.entries(options.weights)) {
    checkRange(name, `weights.${head}`, weight, 0, Number.MAX_VALUE);
  }
}
