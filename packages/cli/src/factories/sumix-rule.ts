import { probeClassifier } from '@mix/automix/parts';
import { type Sumix, sumix } from '@mix/sumix';
import { z } from 'zod';
import type { LabelRuleContext } from './label-rules.js';

/** Keys of SUMix. */
export const sumixKeys = {
  sumixVariant: z
    .enum(['fixed', 'per-sample', 'reference'])
    .default('fixed')
    .describe('what the other settings start from: ours, the published code by row, or to the letter'),
  gamma: z.number().min(0).default(0.5).describe('weight γ of the regulariser'),
  sharpness: z
    .number()
    .min(0)
    .exactOptional()
    .describe('sharpness τ of the labels, without published ratios (1)'),
  ratioFrom: z
    .enum(['distance', 'reference'])
    .exactOptional()
    .describe('where the share of a label comes from: nearness of predictions, or the published rule'),
  ratioPer: z
    .enum(['sample', 'batch'])
    .exactOptional()
    .describe('weigh labels by the ratio of their row, or by the mean of the batch'),
  alphaScale: z
    .number()
    .positive()
    .exactOptional()
    .describe("scale of the evidence (1; by published code the batch's size)"),
  zeroSameClass: z
    .boolean()
    .exactOptional()
    .describe('leave out the class of an image whose partner has the same'),
  uncertaintyLayer: z
    .boolean()
    .default(true)
    .describe('learn uncertainty by a layer of its own, not by the logits'),
  detachClean: z
    .boolean()
    .default(false)
    .describe('keep nothing of the clean pass: half of the memory, and a regulariser that learns less'),
};

/** SUMix over a mixer. */
export function createSumix(
  values: z.output<z.ZodObject<typeof sumixKeys>>,
  { mixer, labelSmoothing, network, numClasses }: LabelRuleContext,
): Sumix {
  const { sumixVariant: compat, gamma, sharpness, ratioFrom, ratioPer, alphaScale, zeroSameClass } = values;
  const { uncertaintyLayer, detachClean } = values;
  const { classifier, imageShape, rng } = network;
  return sumix(mixer, {
    ...{ compat, gamma, isNorm: uncertaintyLayer, detachClean, labelSmoothing },
    ...(sharpness !== undefined && { tau: sharpness }),
    ...(ratioFrom !== undefined && { ratio: ratioFrom }),
    ...(ratioPer !== undefined && { reduction: ratioPer }),
    ...(alphaScale !== undefined && { alphaScale }),
    ...(zeroSameClass !== undefined && { zeroSameClass }),
    ...(uncertaintyLayer && {
      head: {
        embeddingSize: probeClassifier('sumix', classifier, imageShape).embeddingSize,
        numClasses,
        rng,
      },
    }),
  });
}
