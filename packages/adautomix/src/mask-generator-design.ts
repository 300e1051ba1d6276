import {
  checkChoice,
  checkInteger,
  checkPositive,
  type Interpolation,
  invalidArgument,
  type Rng,
} from '@mix/core';

/** What a generator of masks is made of; the defaults are the published settings on CIFAR and Tiny-ImageNet. */
export interface MaskGeneratorDesign {
  /** Query and key have `⌊C / reduction⌋` channels, at least 1. @defaultValue 2 */
  readonly reduction?: number;
  /**
   * Give λ to query, key and value as one more channel; without it the mask does not depend on λ. On for ImageNet, fine-grained sets and
   * transformers. @defaultValue false
   */
  readonly lamConcat?: boolean;
  /** Batch normalisation after the convolutions of query and key, in place of their bias: ImageNet's ResNet-50. @defaultValue 'none' */
  readonly attentionNorm?: 'none' | 'batch';
  /** Activation of query and key. @defaultValue 'relu', as published */
  readonly activation?: 'relu' | 'none';
  /** Divide scores by the square root of the query's channels. @defaultValue true */
  readonly scaleScores?: boolean;
  /**
   * Whose value the attention of a source weighs: its own, as published, although the attention's columns are positions of the others; or
   * the mean of the others', an experiment. @defaultValue 'self'
   */
  readonly valueSource?: 'self' | 'other';
  /** How logits become as large as the image; transformers have nearest. Of a list, one is drawn for each mask. @defaultValue 'bilinear' */
  readonly upsampling?: Interpolation | readonly Interpolation[];
  /** Standard deviation of the first weights, above 0: see `MixBlockDesign`. @defaultValue 0.01 */
  readonly initDeviation?: number;
}

/** Options of `createMaskGenerator`. */
export interface MaskGeneratorOptions extends MaskGeneratorDesign {
  /** Channels C of the features, at least 1. */
  readonly channels: number;
  /** Where the first weights come from; only forked. */
  readonly rng: Rng;
}

/** A design with nothing left out. */
export type FullDesign = Required<MaskGeneratorDesign>;

const defaults: FullDesign = {
  reduction: 2,
  lamConcat: false,
  attentionNorm: 'none',
  activation: 'relu',
  scaleScores: true,
  valueSource: 'self',
  upsampling: 'bilinear',
  initDeviation: 0.01,
};

/** The design with its defaults. */
export function fullDesign(design: MaskGeneratorDesign): FullDesign {
  const given = Object.entries(design).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** The upsamplings to choose from. */
export function upsamplingsOf(design: MaskGeneratorDesign): readonly Interpolation[] {
  const { upsampling } = fullDesign(design);
  return typeof upsampling === 'string' ? [upsampling] : upsampling;
}

/** Throws unless a generator can be made of these. */
export function checkGeneratorDesign(channels: number, design: FullDesign): void {
  const where = 'createMaskGenerator';
  checkInteger(where, 'channels', channels, 1);
  checkInteger(where, 'reduction', design.reduction, 1);
  if (typeof design.lamConcat !== 'boolean') {
    throw invalidArgument(where, 'lamConcat', 'be true or false', design.lamConcat);
  }
  checkChoice(where, 'attentionNorm', design.attentionNorm, ['none', 'batch']);
  checkChoice(where, 'activation', design.activation, ['relu', 'none']);
  checkChoice(where, 'valueSource', design.valueSource, ['self', 'other']);
  checkPositive(where, 'initDeviation', design.initDeviation);
  const modes = upsamplingsOf(design);
  if (modes.length === 0) throw invalidArgument(where, 'upsampling', 'not be empty', modes);
  for (const mode of modes) checkChoice(where, 'upsampling', mode, ['nearest', 'bilinear', 'bicubic']);
}
