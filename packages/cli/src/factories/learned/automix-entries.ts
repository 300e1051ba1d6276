import { type AutomixMethod, applyBlockMix, automix, planBlockMix, samix, watchMasks } from '@mix/automix';
import { type Batch, type Rng, shapeOf } from '@mix/core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { factoryOf } from '../factory-of.js';
import type { MixerEntry } from '../mixer-entry.js';
import { alphaOption } from '../mixer-options.js';
import { pairMixers } from '../pair-mixers.js';
import { blockDesign, blockKeys } from './block-keys.js';
import type { Learned, LearnedContext, PairRequest } from './learned.js';
import { learnedEntry } from './learned-entry.js';
import { maskLossKeys, maskLossOptions } from './mask-loss-keys.js';
import { trainingKeys, trainingOptions } from './training-keys.js';

type Design = 'automix' | 'samix';

const keysOf = (design: Design) => ({
  alpha: alphaOption(2),
  ...trainingKeys,
  lamMargin: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.08)
    .describe('where an image has no larger share than this, mixes are plain Mixup'),
  maskLoss: z
    .enum(['L1', 'L1+Variance', 'L2+Variance', 'Sparsity'])
    .default(design === 'samix' ? 'L1+Variance' : 'L1')
    .describe("the masks' regulariser"),
  ...maskLossKeys,
  ...blockKeys(design),
});

const create = { automix, samix };

const entry = (design: Design, summary: string): MixerEntry =>
  learnedEntry(design, summary, keysOf(design), (values, context) => {
    const { classifier, createTeacher, imageShape, rng, labelSmoothing } = context;
    const { maskLoss, ...lossOptions } = maskLossOptions(values);
    const teacher = createTeacher();
    const method = create[design]({
      ...{ classifier, teacher, imageShape, rng, labelSmoothing, alpha: values.alpha },
      ...trainingOptions(values),
      lamMargin: values.lamMargin,
      maskLoss: { ...maskLoss, mode: values.maskLoss },
      ...lossOptions,
      ...headMixer(values.headOneMix, context),
      block: blockDesign(values),
    });
    return seen(method, context, () => {
      method.dispose();
      teacher.dispose();
    });
  });

function headMixer(name: string, context: LearnedContext) {
  return name === 'none' ? {} : { headOneMix: factoryOf(pairMixers, name).create({}, context) };
}

function seen(method: AutomixMethod, { classifier }: LearnedContext, dispose: () => void): Learned {
  const { block, network, stage } = method;
  const { teacher } = network;
  const heads = network.heads(classifier);
  const planOf = (batch: Batch, pairs: PairRequest, rng: Rng) => ({
    ...planBlockMix(shapeOf(batch), rng, block),
    ...pairs,
  });
  return {
    method,
    heads,
    classify: (images) => network.classify(classifier, images),
    // What the block draws, also where the student would get plain Mixup, or masks that are rescaled.
    watch(batch, rng) {
      const mixer = method.mixer({ lamPer: 'sample', lamMargin: 0, maskAdjust: 0 });
      return watchMasks(mixer, heads.teacherMix, batch, { rng });
    },
    mixer: method.mixer(),
    mixPairs: (batch, pairs, rng) =>
      applyBlockMix(batch, planOf(batch, pairs, rng), { block, classifier: teacher, stage }, { masks: true }),
    attention: (batch, pairs, rng) =>
      tf.tidy(() => {
        const { shape, rescale, upsampling } = planOf(batch, pairs, rng);
        const { stages } = teacher.forward(batch.images, { training: false });
        const [, height, width] = shape;
        const call = { ...pairs, size: [height, width] as const, rescale, upsampling };
        return block.explain(stages[stage - 1] as Tensor4D, call).attention as Tensor3D;
      }),
    dispose,
  };
}

/** AutoMix and SAMix. */
export const automixEntries: Readonly<Record<string, MixerEntry>> = {
  automix: entry('automix', 'masks of pairs that are learned beside the classifier (Liu et al. 2022)'),
  samix: entry('samix', 'AutoMix with a larger block and masks that rise and fall (Li et al. 2021)'),
};
