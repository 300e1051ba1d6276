import { type AdautomixMethod, adautomix, applyGeneratorMix, planGeneratorMix } from '@mix/adautomix';
import { watchMasks } from '@mix/automix';
import { type Batch, type Rng, shapeOf } from '@mix/core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { alphaOption, shareOption } from '../mixer-options.js';
import { attentionKeys, upsamplingKey } from './block-keys.js';
import type { Learned, LearnedContext, PairRequest } from './learned.js';
import { learnedEntry } from './learned-entry.js';
import { trainingKeys, trainingOptions } from './training-keys.js';

const keys = {
  alpha: alphaOption(1),
  ...trainingKeys,
  lamMargin: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.03)
    .describe('where an image has no larger share than this, mixes are plain Mixup'),
  mixSamples: z.int().min(2).default(3).describe('images in a mix'),
  randomSamples: z.boolean().default(false).describe('draw how many there are, from 2 to mixSamples'),
  adversarialBeta: shareOption
    .default(0.3)
    .describe('weight of the cross-entropy against the cosine when masks work against the teacher'),
  advInterval: z
    .int()
    .min(0)
    .exactOptional()
    .describe('steps from one that works against the teacher to the next; 0: none does (2)'),
  cosineSign: z
    .enum(['preserve', 'reference'])
    .exactOptional()
    .describe('which way the cosine pulls then: to keep the sources, or as published code has it (preserve)'),
  marginRule: z
    .enum(['any', 'first', 'openmixup'])
    .exactOptional()
    .describe('images that lamMargin looks at: all of them, the first, or as openmixup (any)'),
  mixupRatio: shareOption
    .default(0.5)
    .describe('share of plain mixes in the loss on clean images, with three images and more'),
  publishedCode: z
    .enum(['openmixup', 'sumix'])
    .exactOptional()
    .describe('keep to one of two published codes where they differ from what is recommended'),
  ...attentionKeys,
  lamChannel: z.boolean().default(false).describe('give masks λ as one more channel of the features'),
  attentionActivation: z.enum(['relu', 'none']).default('relu').describe('activation of query and key'),
  valueSource: z
    .enum(['self', 'other'])
    .default('self')
    .describe("whose value an image's attention weighs: its own, as published, or the others'"),
  upsampling: upsamplingKey('bilinear'),
};

/** AdAutoMix. */
export const adautomixEntry = learnedEntry(
  'adautomix',
  'masks of several images, half of the time learned against the classifier (Qin et al. 2024)',
  keys,
  (values, context) => {
    const { classifier, createTeacher, imageShape, rng, labelSmoothing } = context;
    const { alpha, lamMargin, mixSamples, randomSamples, mixupRatio, advInterval, cosineSign } = values;
    const { marginRule, publishedCode, channelReduction, attentionNorm, scaleScores } = values;
    const { initDeviation, lamChannel, attentionActivation, valueSource, upsampling } = values;
    const teacher = createTeacher();
    const method = adautomix({
      ...{ classifier, teacher, imageShape, rng, labelSmoothing },
      ...trainingOptions(values),
      ...{ alpha, lamMargin, mixSamples, randomSamples, mixupRatio, beta: values.adversarialBeta },
      ...(advInterval !== undefined && { advInterval }),
      ...(cosineSign !== undefined && { cosine: cosineSign }),
      ...(marginRule !== undefined && { marginRule }),
      ...(publishedCode !== undefined && { compat: publishedCode }),
      generator: {
        ...{ reduction: channelReduction, attentionNorm, scaleScores, lamConcat: lamChannel },
        ...{ activation: attentionActivation, valueSource, upsampling, initDeviation },
      },
    });
    return seen(method, context, () => {
      method.dispose();
      teacher.dispose();
    });
  },
);

function seen(method: AdautomixMethod, { classifier }: LearnedContext, dispose: () => void): Learned {
  const { generator, network, stage } = method;
  const { teacher } = network;
  const heads = network.heads(classifier);
  const planOf = (batch: Batch, { partner, lam }: PairRequest, rng: Rng) => ({
    ...planGeneratorMix(shapeOf(batch), rng, generator, { mixSamples: 2 }),
    sources: partner.map((other, row) => [row, other]),
    lam: lam.map((own) => [own, 1 - own]),
  });
  return {
    method,
    heads,
    classify: (images) => network.classify(classifier, images),
    // What the generator draws, also where the student would get plain Mixup.
    watch(batch, rng) {
      const mixer = method.mixer({ lamPer: 'sample', lamMargin: 0, marginRule: 'any' });
      return watchMasks(mixer, heads.teacherMix, batch, { rng });
    },
    mixer: method.mixer(),
    mixPairs: (batch, pairs, rng) => {
      const source = { generator, classifier: teacher, stage };
      return applyGeneratorMix(batch, planOf(batch, pairs, rng), source, { masks: true });
    },
    attention: (batch, pairs, rng) =>
      tf.tidy(() => {
        const { shape, sources, lam, upsampling } = planOf(batch, pairs, rng);
        const { stages } = teacher.forward(batch.images, { training: false });
        const [, height, width] = shape;
        const request = { sources, lam, upsampling, size: [height, width] as const, training: false };
        return generator.attention(stages[stage - 1] as Tensor4D, request)[0] as Tensor3D;
      }),
    dispose,
  };
}
