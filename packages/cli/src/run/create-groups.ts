import {
  constant,
  cosine,
  linearWarmup,
  type Optimizer,
  type Rates,
  type Schedule,
  warmupWithin,
} from '@mix/train';
import type { Config } from '../config/config-schema.js';
import { factoryOf } from '../factories/factory-of.js';
import type { TrainingValues } from '../factories/learned/training-keys.js';
import { optimizers } from '../factories/optimizers.js';

/** How the groups of variables are trained. */
export interface Groups {
  readonly optimizers: Readonly<Record<string, Optimizer>>;
  readonly schedule: Readonly<Record<string, Schedule>>;
}

/** The section of an optimiser; each has more keys of its own. */
type Section = Readonly<Record<string, unknown>> & { readonly optimizer: string };

/**
 * An optimiser and a schedule for the classifier, and for the generator of masks where the method has one: with the settings of the
 * section `train` where `method` gives no others; `rates` are those of single variables of the classifier. The caller disposes the
 * optimisers.
 */
export function createGroups(
  { method, train }: Pick<Config, 'method' | 'train'>,
  stepsPerEpoch: number,
  rates: Rates,
): Groups {
  const { optimizer, finalRate } = train;
  // Every optimiser has the key; its default differs, so it is one of the optimiser's own.
  const { learningRate } = train as unknown as { readonly learningRate: number };
  const classifier = createOptimizer(train, rates);
  const fast = createSchedule(train, learningRate, finalRate, stepsPerEpoch);
  if (!('generatorLearningRate' in method)) {
    return { optimizers: { classifier }, schedule: { classifier: fast } };
  }
  const values = method as unknown as TrainingValues;
  const { generatorOptimizer = optimizer, generatorMomentum, generatorWeightDecay } = values;
  const generator = createOptimizer({
    // Another optimiser has nothing to do with the settings of this one.
    ...(generatorOptimizer === optimizer ? train : {}),
    optimizer: generatorOptimizer,
    ...(generatorMomentum !== undefined && { momentum: generatorMomentum }),
    ...(generatorMomentum === 0 && { nesterov: false }),
    ...(generatorWeightDecay !== undefined && { weightDecay: generatorWeightDecay }),
  });
  const { generatorLearningRate, generatorFinalRate, generatorWarmupEpochs = train.warmupEpochs } = values;
  const section = { ...train, warmupEpochs: generatorWarmupEpochs };
  const slow = createSchedule(section, generatorLearningRate, generatorFinalRate, stepsPerEpoch);
  return { optimizers: { classifier, generator }, schedule: { classifier: fast, generator: slow } };
}

function createOptimizer(section: Section, rates: Rates = {}): Optimizer {
  return factoryOf(optimizers, section.optimizer).create(section, rates);
}

function createSchedule(
  { epochs, schedule, scheduleBy, warmupEpochs, warmup, warmupFrom }: Config['train'],
  base: number,
  final: number,
  stepsPerEpoch: number,
): Schedule {
  const totalSteps = epochs * stepsPerEpoch;
  const warmupSteps = Math.min(Math.round(warmupEpochs * stepsPerEpoch), totalSteps - 1);
  const before = warmup === 'before' ? warmupSteps : 0;
  const plain =
    schedule === 'constant'
      ? linearWarmup(constant(base), before)
      : cosine({ base, final, warmupSteps: before, totalSteps });
  const rates = warmupWithin(plain, warmupSteps - before, warmupFrom);
  return scheduleBy === 'step' ? rates : (step) => rates(step - (step % stepsPerEpoch));
}
