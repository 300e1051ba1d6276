import {
  type Batch,
  type Classifier,
  checkBatchOfClasses,
  type Method,
  type Mixer,
  type StepContext,
} from '@mix/core';
import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AutomixOptions, type MethodDefaults, resolveOptions } from './automix-options.js';
import { type AutomixPass, automixPass } from './automix-pass.js';
import { type BlockMixerOptions, type BlockMixPlan, createBlockMixer } from './block-mixer.js';
import { createOrDispose } from './create-or-dispose.js';
import { createMixBlock, type MixBlock } from './mix-block.js';
import { createMomentumNetwork, type MomentumNetwork } from './momentum-network.js';
import { type AutomixPlan, planAutomix } from './plan-automix.js';
import { prefixed, within } from './prefixed-state.js';
import { checkSameStage, probeClassifier, stageOf } from './probe-classifier.js';

/** AutoMix or SAMix as a `Method`, with the parts that it trains. */
export interface AutomixMethod extends Method {
  /** The generator of masks: its variables are the group `generator`. */
  readonly block: MixBlock;
  /** Teacher and mixup heads; the student's is part of the group `classifier`. */
  readonly network: MomentumNetwork;
  /** The stage that the block sees, counted from 1. */
  readonly stage: number;
  /** Draws what a step needs. */
  plan(size: number, context: Pick<StepContext, 'rng'>): AutomixPlan;
  /** A step by a given plan, with every loss term and mask: within the gradient's tape, like `step`. */
  pass(
    classifier: Classifier,
    batch: Batch,
    plan: AutomixPlan,
    context: Pick<StepContext, 'rng' | 'progress' | 'guide'>,
  ): AutomixPass;
  /**
   * A mixer by the block as it is now, with the teacher's features; for pictures and pre-generated data. Draws, `lamMargin` and
   * `maskAdjust` are the method's if not given.
   */
  mixer(options?: Omit<BlockMixerOptions, 'block' | 'classifier' | 'stage'>): Mixer<BlockMixPlan>;
  /** Frees block and heads, not the teacher; may be called twice. */
  dispose(): void;
}

/** Makes the method of given defaults. */
export function createAutomixMethod(options: AutomixOptions, defaults: MethodDefaults): AutomixMethod {
  const resolved = resolveOptions(options, defaults);
  const { name } = resolved;
  const { classifier: student, teacher, imageShape, rng } = options;
  const { stages, embeddingSize } = probeClassifier(name, student, imageShape);
  const stage = stageOf(name, options.stage, stages.length);
  const channels = stages[stage - 1]?.[2] ?? 0;
  const block = createMixBlock({ ...resolved.design, channels, rng: rng.fork('block') });
  const { momentum, copyStatsAtInit } = resolved;
  const network = createOrDispose(block, () =>
    createMomentumNetwork({ student, teacher, embeddingSize, rng, momentum, copyStatsAtInit }),
  );
  const parts = { network, block, stage, options: resolved };
  const { generatorProb, maskAdjust, lamMargin, pairs } = resolved;
  const plan: AutomixMethod['plan'] = (size, context) =>
    planAutomix(size, context.rng, { ...pairs, generatorProb, maskAdjust });

  return {
    name,
    block,
    network,
    stage,
    plan,
    groups: { classifier: network.headVariables, generator: block.variables },
    pass: (...given) => automixPass(parts, ...given),
    step(classifier, batch, context) {
      checkBatchOfClasses(name, batch, student.numClasses);
      const drawn = plan(batch.images.shape[0], context);
      const { terms, metrics } = automixPass(parts, classifier, batch, drawn, context);
      const generator = [terms.generator, terms.mask].filter((term) => term !== undefined);
      return {
        losses: {
          classifier: tf.add(terms.one, terms.mix) as Scalar,
          ...(generator.length > 0 && { generator: tf.addN(generator) as Scalar }),
        },
        metrics: { ...metrics, lossOne: terms.one, lossMix: terms.mix, ...lossMetrics(terms) },
      };
    },
    afterStep: (classifier, { step, totalSteps }) => network.update(classifier, step, totalSteps),
    mixer: (given) =>
      createBlockMixer({ ...pairs, maskAdjust, lamMargin, ...given, block, classifier: teacher, stage }),
    state: () => {
      const [own, others] = [block.state(), network.state()];
      return {
        tensors: { ...prefixed('block.', own.tensors), ...others.tensors },
        values: { ...own.values, ...others.values, stage },
      };
    },
    restore({ tensors, values }) {
      checkSameStage(name, values, stage);
      const before = block.state();
      try {
        block.restore({ tensors: within('block.', tensors), values });
        network.restore({ tensors, values });
      } catch (error) {
        block.restore(before);
        throw error;
      } finally {
        tf.dispose({ ...before.tensors });
      }
    },
    dispose() {
      block.dispose();
      network.dispose();
    },
  };
}

function lossMetrics({ generator, mask }: AutomixPass['terms']): Readonly<Record<string, Scalar>> {
  return { ...(generator && { lossGenerator: generator }), ...(mask && { lossMask: mask }) };
}
