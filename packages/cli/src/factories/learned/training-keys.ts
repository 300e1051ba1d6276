import type { Heads, Momentum } from '@mix/automix';
import { z } from 'zod';
import { shareOption } from '../mixer-options.js';

const headNames = ['student', 'studentMix', 'teacher', 'teacherMix'] as const satisfies (keyof Heads)[];
const weight = z.number().min(0).default(1);

/** Keys of all methods that learn their masks: what is drawn, the teacher, the generator's optimiser, and the head that counts. */
export const trainingKeys = {
  lamPer: z
    .enum(['batch', 'sample'])
    .default('batch')
    .describe('draw λ for a whole batch, as published, or for each row'),
  derangement: z
    .boolean()
    .default(false)
    .describe('mix no image with itself, as published for fine-grained data'),
  generatorProb: shareOption.default(1).describe('probability that a batch trains the masks'),
  maskStage: z
    .int()
    .min(1)
    .exactOptional()
    .describe('stage whose features masks are made of, counted from 1 (the last but one)'),
  head: z
    .enum(headNames)
    .default('student')
    .describe(
      'head that is evaluated: of the trained network on clean images or on mixes, or of its slow copy',
    ),
  teacherSchedule: z
    .enum(['auto', 'cosine', 'constant'])
    .default('auto')
    .describe(
      "share of the teacher that a step keeps: by the training's length, as published, or one number",
    ),
  teacherMomentum: shareOption.exactOptional().describe('that share, at first (0.999)'),
  teacherMomentumEnd: shareOption.exactOptional().describe('that share, at the end (0.999999)'),
  teacherFrom: shareOption
    .exactOptional()
    .describe('share of the training after which it rises by the cosine (0.1)'),
  generatorOptimizer: z
    .enum(['sgd', 'adamw'])
    .exactOptional()
    .describe("optimiser of what makes the masks (train's)"),
  generatorLearningRate: z.number().positive().default(0.01).describe('highest learning rate of the masks'),
  generatorFinalRate: z.number().min(0).default(0).describe('learning rate of the masks at the end'),
  generatorWarmupEpochs: z
    .number()
    .min(0)
    .exactOptional()
    .describe("epochs of warm-up of the masks' learning rate (train's)"),
  generatorMomentum: z
    .number()
    .min(0)
    .lt(1)
    .exactOptional()
    .describe("momentum of the masks' optimiser (train's; sgd only)"),
  generatorWeightDecay: z.number().min(0).exactOptional().describe('weight decay of the masks (as in train)'),
  weightOne: weight.describe('weight of the loss on clean images'),
  weightMix: weight.describe('weight of the loss on mixed images'),
  weightGenerator: weight.describe("weight of the masks' loss"),
};

/** Values of {@link trainingKeys}. */
export type TrainingValues = z.output<z.ZodObject<typeof trainingKeys>>;

/** The head that counts, of a section `method`; the classifier's own where there is no other. */
export function headOf(section: object): keyof Heads {
  return 'head' in section ? (section.head as keyof Heads) : 'student';
}

/** The library's options for them. */
export function trainingOptions(values: TrainingValues) {
  const { lamPer, derangement, generatorProb, maskStage } = values;
  return {
    lamPer,
    derangement,
    generatorProb,
    ...(maskStage !== undefined && { stage: maskStage }),
    momentum: momentumOf(values),
    weights: { one: values.weightOne, mix: values.weightMix, generator: values.weightGenerator },
  };
}

function momentumOf(values: TrainingValues): Momentum {
  const { teacherSchedule, teacherMomentum, teacherMomentumEnd: end, teacherFrom } = values;
  if (teacherSchedule === 'auto') return 'auto';
  if (teacherSchedule === 'constant') return teacherMomentum ?? 0.999;
  return {
    ...(teacherMomentum !== undefined && { base: teacherMomentum }),
    ...(end !== undefined && { end }),
    ...(teacherFrom !== undefined && { scope: [teacherFrom, 1] as const }),
  };
}
