import { z } from 'zod';
import { shareOption } from '../mixer-options.js';
import { pairMixers } from '../pair-mixers.js';
import { interpolations } from './block-keys.js';

/** Keys of how AutoMix and SAMix train their masks. */
export const maskLossKeys = {
  compat: z
    .enum(['openmixup', 'paper'])
    .exactOptional()
    .describe('keep to published code, or to the paper, where they differ from what is recommended'),
  maskLossMargin: shareOption.default(0.1).describe("how far masks' mean may be from λ for nothing"),
  maskLossPer: z
    .enum(['batch', 'sample'])
    .default('batch')
    .describe('hold the mean of a batch to λ, or that of each row'),
  maskLossWeight: z.number().min(0).default(0.1).describe("weight of the masks' regulariser"),
  maskLossDecay: z
    .enum(['constant', 'cosine', 'linear'])
    .exactOptional()
    .describe('how that weight changes (constant; with compat paper linear)'),
  maskAdjust: shareOption.default(0).describe('probability that masks are rescaled to have λ as their mean'),
  maskAdjustLam: z
    .enum(['backbone', 'generator'])
    .exactOptional()
    .describe("the λ they are rescaled to: the mix's own, or a slip of openmixup (backbone)"),
  skipKeepsMaskLoss: z
    .boolean()
    .exactOptional()
    .describe('keep the regulariser of batches that do not train the masks'),
  etaLoss: z
    .enum(['ce', 'bce', 'decoupled'])
    .exactOptional()
    .describe("the masks' loss: cross-entropy, a binary one, or with decoupled terms (ce)"),
  generatorEta: z.number().min(0).default(0.5).describe("weight η in the masks' losses bce and decoupled"),
  headOneMix: z
    .enum(['none', ...(Object.keys(pairMixers) as [string, ...string[]])])
    .default('none')
    .describe('mixer of the images that train the head for clean ones, with transformers'),
  generatorUpsampling: interpolations
    .exactOptional()
    .describe('how masks become as large as images in their own training (as upsampling)'),
};

/** Values of {@link maskLossKeys}. */
type MaskLossValues = z.output<z.ZodObject<typeof maskLossKeys>>;

/** The library's options for them, but for the mixer of the head. */
export function maskLossOptions(values: MaskLossValues) {
  const { compat, maskLossDecay, maskAdjust, maskAdjustLam, skipKeepsMaskLoss, etaLoss } = values;
  const { generatorUpsampling } = values;
  return {
    ...{ maskAdjust, eta: values.generatorEta },
    maskLoss: {
      ...{ margin: values.maskLossMargin, reduction: values.maskLossPer, weight: values.maskLossWeight },
      ...(maskLossDecay !== undefined && { decay: maskLossDecay }),
    },
    ...(compat !== undefined && { compat }),
    ...(maskAdjustLam !== undefined && { maskAdjustLam }),
    ...(skipKeepsMaskLoss !== undefined && { skipKeepsMaskLoss }),
    ...(etaLoss !== undefined && { etaLoss }),
    ...(generatorUpsampling !== undefined && { generatorUpsampling }),
  };
}
