import type { MixBlockDesign } from '@mix/automix';
import { z } from 'zod';

/** Ways to resize, of which one is drawn each time. */
export const interpolations = z
  .array(z.enum(['nearest', 'bilinear', 'bicubic']))
  .min(1)
  .readonly();

/** Keys that both generators of masks have. */
export const attentionKeys = {
  channelReduction: z
    .int()
    .min(1)
    .default(2)
    .describe('query and key have as many channels as the features, divided by this'),
  attentionNorm: z.enum(['none', 'batch']).default('none').describe('normalise query and key by the batch'),
  scaleScores: z.boolean().default(true).describe('divide scores by the square root of their channels'),
  initDeviation: z
    .number()
    .gt(0)
    .default(0.01)
    .describe(
      'standard deviation of the first weights of the generator of masks; larger lets masks vary sooner',
    ),
};

/** How masks become as large as images. */
export const upsamplingKey = (mode: z.output<typeof interpolations>[number]) =>
  interpolations
    .default([mode])
    .describe('how masks become as large as images; of several, one is drawn each time');

/** Keys of the Mix Block, with the defaults of one of its designs. */
export const blockKeys = (design: 'automix' | 'samix') => {
  const own = design === 'samix';
  return {
    ...attentionKeys,
    lamConcat: z
      .enum(['none', 'all', 'value'])
      .default('none')
      .describe(
        'λ as one more channel of the features: nowhere, of all that the block sees, or of its value',
      ),
    lamMultiply: z
      .enum(['none', 'plain', 'residual'])
      .default(own ? 'residual' : 'none')
      .describe('λ as a factor of the features: of themselves, or of what is added to them'),
    lamGain: z.number().min(0).default(1).describe('factor of λ with lamMultiply residual'),
    rescale: z
      .array(z.number())
      .min(1)
      .readonly()
      .default([own ? 0.25 : -1])
      .describe('how λ as a factor is drawn towards its ends; below 0 it is not'),
    queryKey: z
      .enum(['shared', 'joint'])
      .default(own ? 'joint' : 'shared')
      .describe('one projection for query and key, or two that see both images'),
    blockValue: z
      .enum(['linear', 'neck'])
      .default(own ? 'neck' : 'linear')
      .describe("what makes the block's value: one layer, or two"),
    valueInput: z.enum(['partner', 'both']).default('partner').describe('images that the value sees'),
    valueHidden: z
      .int()
      .min(1)
      .exactOptional()
      .describe("channels between the neck's layers (half of the features')"),
    valueNorm: z
      .enum(['none', 'batch', 'running'])
      .default('batch')
      .describe("the neck's normalisation: none, by the batch, or by running statistics in training too"),
    valueDropout: z.number().min(0).lt(1).default(0).describe("share of the neck's values that is dropped"),
    upsampling: upsamplingKey(own ? 'bilinear' : 'nearest'),
  };
};

/** The library's design for them. */
export function blockDesign(values: z.output<z.ZodObject<ReturnType<typeof blockKeys>>>): MixBlockDesign {
  const { channelReduction, attentionNorm, scaleScores, initDeviation } = values;
  const { lamConcat, lamMultiply, lamGain } = values;
  const { rescale, queryKey, valueInput, valueHidden, valueNorm, valueDropout, upsampling } = values;
  return {
    ...{ reduction: channelReduction, attentionNorm, scaleScores, initDeviation },
    ...{ lamConcat, lamMultiply, lamGain },
    ...{ rescale, queryKey, value: values.blockValue, valueInput, valueNorm, valueDropout, upsampling },
    ...(valueHidden !== undefined && { valueHidden }),
  };
}
