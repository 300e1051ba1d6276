import {
  checkChoice,
  checkInteger,
  checkPositive,
  checkRange,
  type Interpolation,
  invalidArgument,
  type Rng,
} from '@mix/core';

/** What a Mix Block is made of; the defaults are AutoMix's on CIFAR and Tiny-ImageNet. */
export interface MixBlockDesign {
  /** Query and key have `⌊C/reduction⌋` channels, at least 1. @defaultValue 2 */
  readonly reduction?: number;
  /**
   * λ as a further channel: nowhere, in the inputs of query, key and value (λ for the own image, 1 − λ for the partner; AutoMix on
   * ImageNet and fine-grained sets), or in the value's alone.
   * @defaultValue 'none'
   */
  readonly lamConcat?: 'none' | 'all' | 'value';
  /**
   * λ as a factor of the features A and B: `λ'·A` and `(1 − λ')·B`, or with residual `(1 + λ')·A` and `(2 − λ')·B` (SAMix). λ' is
   * `rescaleLam(λ, rescale)`. Not with `lamConcat: 'all'`.
   * @defaultValue 'none'
   */
  readonly lamMultiply?: 'none' | 'plain' | 'residual';
  /** a of `(1 + a·λ')`, refused without residual. @defaultValue 1 */
  readonly lamGain?: number;
  /**
   * k of the rescaling of λ as a factor, so without effect where `lamMultiply` is 'none'; below 0 there is none. Of a list, one is drawn
   * for each call. @defaultValue -1
   */
  readonly rescale?: number | readonly number[];
  /**
   * `shared`: one convolution gives the query of the own image and the key of its partner. `joint`: two, each seeing both (SAMix);
   * not with `lamConcat: 'all'`.
   * @defaultValue 'shared'
   */
  readonly queryKey?: 'shared' | 'joint';
  /** Batch normalisation after the convolutions of query and key, in place of their bias. @defaultValue 'none' */
  readonly attentionNorm?: 'none' | 'batch';
  /** Divide scores by the square root of the query's channels. @defaultValue true */
  readonly scaleScores?: boolean;
  /** `linear`: one convolution. `neck`: two without bias, with ELU between them (SAMix). @defaultValue 'linear' */
  readonly value?: 'linear' | 'neck';
  /** What the value sees; `lamConcat: 'value'` goes before `both`. @defaultValue 'partner' */
  readonly valueInput?: 'partner' | 'both';
  /** Hidden channels of the neck; refused without one. @defaultValue `max(⌊C/2⌋, 1)` */
  readonly valueHidden?: number;
  /**
   * The neck's normalisation: by the batch, as published; by running statistics in training too, so that λ as a factor reaches the value;
   * or none. Refused without a neck.
   * @defaultValue 'batch'
   */
  readonly valueNorm?: 'none' | 'batch' | 'running';
  /**
   * Share of the neck's values dropped in training, in `[0,1)`: 0.1 on ImageNet and fine-grained sets. Refused without a neck. The
   * call's `rng` decides which: the same stream drops the same ones.
   * @defaultValue 0
   */
  readonly valueDropout?: number;
  /** How logits become as large as the image. Of a list, one is drawn for each call. @defaultValue 'nearest' */
  readonly upsampling?: Interpolation | readonly Interpolation[];
  /**
   * Standard deviation of the first weights, above 0. The published one leaves query and key so near 0 that on features of few channels masks
   * stay constant over the image for long; 0.3 starts a block of 64 channels with masks that vary. @defaultValue 0.01
   */
  readonly initDeviation?: number;
}

/** A design with nothing left out but what hangs on the channels. */
export type FullDesign = Required<Omit<MixBlockDesign, 'valueHidden'>> & Pick<MixBlockDesign, 'valueHidden'>;

const defaults: FullDesign = {
  reduction: 2,
  lamConcat: 'none',
  lamMultiply: 'none',
  lamGain: 1,
  rescale: -1,
  queryKey: 'shared',
  attentionNorm: 'none',
  scaleScores: true,
  value: 'linear',
  valueInput: 'partner',
  valueNorm: 'batch',
  valueDropout: 0,
  upsampling: 'nearest',
  initDeviation: 0.01,
};

/** The design with its defaults. */
export function fullDesign(design: MixBlockDesign): FullDesign {
  const given = Object.entries(design).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** Hidden channels of the value's neck. */
export function hiddenOf(channels: number, { valueHidden }: Pick<MixBlockDesign, 'valueHidden'>): number {
  return valueHidden ?? Math.max(Math.floor(channels / 2), 1);
}

/** The design with its defaults, also those that hang on the channels: equal for blocks that are made alike. */
export function wholeDesign({
  channels = 0,
  ...given
}: MixBlockDesign & { readonly channels?: number }): FullDesign & { readonly channels: number } {
  const design = fullDesign(given);
  return {
    ...design,
    channels,
    ...(design.value === 'neck' && { valueHidden: hiddenOf(channels, design) }),
  };
}

/** Options of `createMixBlock`. */
export interface MixBlockOptions extends MixBlockDesign {
  /** Channels C of the features. */
  readonly channels: number;
  /** Where the first weights come from: N(0, `initDeviation`²); at 0.01 masks start at about ½. */
  readonly rng: Rng;
}

/** SAMix's block on CIFAR: λ multiplied in, query and key of both images, a value neck, bilinear. */
export const samixBlock: MixBlockDesign = {
  lamMultiply: 'residual',
  rescale: 0.25,
  queryKey: 'joint',
  value: 'neck',
  upsampling: 'bilinear',
};

/** A list, or the list of one. */
export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** Throws `INVALID_ARGUMENT` unless every interpolation of a choice is one, and there is one to choose. */
export function checkInterpolations(where: string, name: string, choice: MixBlockDesign['upsampling']): void {
  if (choice === undefined) return;
  const modes = listOf(choice);
  if (modes.length === 0) throw invalidArgument(where, name, 'not be empty', choice);
  for (const mode of modes) checkChoice(where, name, mode, ['nearest', 'bilinear', 'bicubic']);
}

/** Throws `INVALID_ARGUMENT` unless a block can be made of these. */
export function checkDesign(channels: number, design: FullDesign): void {
  const where = 'createMixBlock';
  checkInteger(where, 'channels', channels, 1);
  const { lamConcat, lamMultiply, queryKey, valueDropout } = design;
  checkInteger(where, 'reduction', design.reduction, 1);
  checkChoice(where, 'lamConcat', lamConcat, ['none', 'all', 'value']);
  checkChoice(where, 'lamMultiply', lamMultiply, ['none', 'plain', 'residual']);
  checkRange(where, 'lamGain', design.lamGain, 0, Number.MAX_VALUE);
  checkChoice(where, 'queryKey', queryKey, ['shared', 'joint']);
  checkChoice(where, 'attentionNorm', design.attentionNorm, ['none', 'batch']);
  checkChoice(where, 'value', design.value, ['linear', 'neck']);
  checkChoice(where, 'valueInput', design.valueInput, ['partner', 'both']);
  checkChoice(where, 'valueNorm', design.valueNorm, ['none', 'batch', 'running']);
  checkInteger(where, 'valueHidden', design.valueHidden ?? 1, 1);
  checkPositive(where, 'initDeviation', design.initDeviation);
  if (!(valueDropout >= 0 && valueDropout < 1))
    throw invalidArgument(where, 'valueDropout', 'be a number from 0 to below 1', valueDropout);
  const ks = listOf(design.rescale);
  if (ks.length === 0) throw invalidArgument(where, 'rescale', 'not be empty', design.rescale);
  for (const k of ks) checkRange(where, 'rescale', k, -Infinity, Number.MAX_VALUE);
  checkInterpolations(where, 'upsampling', design.upsampling);
  if (lamConcat === 'all' && (lamMultiply !== 'none' || queryKey === 'joint')) {
    throw invalidArgument(
      where,
      'lamConcat',
      "not be 'all' with lamMultiply or queryKey: 'joint'",
      lamConcat,
    );
  }
  checkEffects(where, design);
}

/** Throws for options that would do nothing. */
function checkEffects(where: string, design: FullDesign): void {
  const { lamMultiply, lamGain, value, valueHidden, valueNorm, valueDropout } = design;
  if (lamGain !== 1 && lamMultiply !== 'residual') {
    throw invalidArgument(where, 'lamGain', "be 1 without lamMultiply: 'residual'", lamGain);
  }
  if (value === 'neck') return;
  const rule = "be left out without value: 'neck'";
  if (valueHidden !== undefined) throw invalidArgument(where, 'valueHidden', rule, valueHidden);
  if (valueNorm !== 'batch') throw invalidArgument(where, 'valueNorm', rule, valueNorm);
  if (valueDropout !== 0) throw invalidArgument(where, 'valueDropout', rule, valueDropout);
}
