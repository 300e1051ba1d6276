import { createMomentumNetwork, type MomentumNetwork } from '@mix/automix';
import {
  checkSameStage,
  createOrDispose,
  prefixed,
  probeClassifier,
  stageOf,
  within,
} from '@mix/automix/parts';
import {
  type Batch,
  type Classifier,
  checkBatchOfClasses,
  type Method,
  MixError,
  type Mixer,
  type StepContext,
  shapeOf,
} from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type AdautomixOptions, resolveAdautomix } from './adautomix-options.js';
import { type AdautomixPass, adautomixPass } from './adautomix-pass.js';
import {
  createGeneratorMixer,
  type GeneratorMixerOptions,
  type GeneratorMixPlan,
} from './generator-mixer.js';
import { createMaskGenerator, type MaskGenerator } from './mask-generator.js';
import { upsamplingsOf } from './mask-generator-design.js';
import { type AdautomixPlan, planAdautomix } from './plan-adautomix.js';

/** AdAutoMix as a `Method`, with the parts that it trains. */
export interface AdautomixMethod extends Method {
  /** Makes the masks: its variables are the group `generator`. */
  readonly generator: MaskGenerator;
  /** Teacher and mixup heads; the student's is part of the group `classifier`. */
  readonly network: MomentumNetwork;
  /** The stage that the generator sees, counted from 1. */
  readonly stage: number;
  /** Draws what a step needs. */
  plan(batch: Batch, context: Pick<StepContext, 'rng'>): AdautomixPlan;
  /** A step by a given plan, with every loss term and mask: within the gradient's tape, like `step`. */
  pass(
    classifier: Classifier,
    batch: Batch,
    plan: AdautomixPlan,
    context: Pick<StepContext, 'step'>,
  ): AdautomixPass;
  /**
   * A mixer by the generator as it is now, with the teacher's features; for pictures and pre-generated data. Draws, `lamMargin` and
   * `marginRule` are the method's if not given.
   */
  mixer(options?: Omit<GeneratorMixerOptions, 'generator' | 'classifier' | 'stage'>): Mixer<GeneratorMixPlan>;
  /** Frees generator and heads, not the teacher; may be called twice. */
  dispose(): void;
}

// Steps between two readings of the generator's count of bad calls, and how many between them are borne with.
const CHECK_EVERY = 50;
const BAD_CALLS = 10;

/**
 * AdAutoMix as a `Method`: a generator of masks for K images that on some steps raises the loss of a slow copy of the classifier (the
 * teacher), and on the others lowers it, while the classifier learns from clean images (its own head), and from plainly mixed (K ≥ 3) and
 * generated ones (a second head). The generator's loss reaches the generator alone, the student's the student alone: one backward pass
 * serves both.
 *
 * A step is two passes of the teacher, one of them with a gradient to the images, and two of the student, three for K ≥ 3. The published
 * code passes each source through the teacher once more, which changes nothing but its running statistics.
 *
 * The defaults are CIFAR's; `generator: { lamConcat: true }` is that of ImageNet, fine-grained sets and transformers. By default the cosine
 * keeps a mix like its sources, where the published code pushes them apart, and learned masks reach the classifier for K ≥ 3 too, where a
 * slip keeps them out; see `compat`.
 *
 * @returns The method, to be disposed. Groups `classifier` (the mixup head, trained with the classifier) and `generator`. Metrics: `lam`,
 *   `mixedAccuracy`, accuracies of both networks and heads on clean images, `maskMean`, `maskSpread`, `maskEntropy`, `maskLam` and `maskError`
 *   (mean distance of a source's share in an image from its λ), `lossOne`, `lossPlain`, `lossMix`, `teacherLoss`, `cosine`, and by kind of step
 *   `lossAdversarial` or `lossCooperative`.
 * @throws MixError `INVALID_ARGUMENT` for options out of range, `STATE_MISMATCH` when the teacher is not of the classifier's shape; in
 *   `afterStep`, `NOT_FINITE` when the generator gave numbers that are not finite in more than ten calls of 50 steps.
 * @example
 * ```ts
 * const method = adautomix({ classifier, teacher, imageShape: [32, 32, 3], rng, momentum: 'auto' });
 * const { losses } = method.step(classifier, batch, context);
 * ```
 * @see Qin et al. 2024, https://arxiv.org/abs/2312.11954
 */
export function adautomix(options: AdautomixOptions): AdautomixMethod {
  const resolved = resolveAdautomix(options);
  const { classifier: student, teacher, imageShape, rng, generator: design = {} } = options;
  const { stages, embeddingSize } = probeClassifier('adautomix', student, imageShape);
  const stage = stageOf('adautomix', options.stage, stages.length);
  const channels = stages[stage - 1]?.[2] ?? 0;
  const generator = createMaskGenerator({ ...design, channels, rng: rng.fork('generator') });
  const { momentum, copyStatsAtInit, draws, advInterval, lamMargin, marginRule } = resolved;
  const network = createOrDispose(generator, () =>
    createMomentumNetwork({ student, teacher, embeddingSize, rng, momentum, copyStatsAtInit }),
  );
  const parts = { network, generator, stage, options: resolved };

  const plan: AdautomixMethod['plan'] = (batch, context) =>
    planAdautomix(shapeOf(batch), context.rng, { ...draws, upsampling: upsamplingsOf(design) });
  const pass: AdautomixMethod['pass'] = (classifier, batch, drawn, { step }) =>
    adautomixPass(parts, classifier, batch, drawn, advInterval > 0 && step % advInterval === 0);

  let seenBad = 0;
  return {
    name: 'adautomix',
    generator,
    network,
    stage,
    plan,
    pass,
    groups: { classifier: network.headVariables, generator: generator.variables },
    step(classifier, batch, context) {
      checkBatchOfClasses('adautomix', batch, student.numClasses);
      const { losses, metrics } = pass(classifier, batch, plan(batch, context), context);
      return { losses, metrics };
    },
    afterStep(classifier, { step, totalSteps }) {
      network.update(classifier, step, totalSteps);
      if ((step + 1) % CHECK_EVERY !== 0) return;
      const total = generator.badCalls();
      // Below what was seen where the generator was restored by itself, which begins to count anew.
      const since = total < seenBad ? total : total - seenBad;
      seenBad = total;
      checkGenerator(since);
    },
    mixer: (given) =>
      createGeneratorMixer({
        ...draws,
        lamMargin,
        marginRule,
        ...given,
        generator,
        classifier: teacher,
        stage,
      }),
    state() {
      const [own, others] = [generator.state(), network.state()];
      return {
        tensors: { ...prefixed('generator.', own.tensors), ...others.tensors },
        values: { ...own.values, ...others.values, stage },
      };
    },
    restore({ tensors, values }) {
      checkSameStage('adautomix', values, stage);
      const before = generator.state();
      try {
        generator.restore({ tensors: within('generator.', tensors), values });
        network.restore({ tensors, values });
      } catch (error) {
        generator.restore(before);
        throw error;
      } finally {
        seenBad = 0;
        tf.dispose({ ...before.tensors });
      }
    },
    dispose() {
      generator.dispose();
      network.dispose();
    },
  };
}

function checkGenerator(badCalls: number): void {
  if (badCalls <= BAD_CALLS) return;
  throw new MixError(
    `adautomix: the generator's logits must be finite; got NaN or infinity in ${badCalls} calls of the last ${CHECK_EVERY} steps. ` +
      "Lower the generator's learning rate or clip its gradients",
    { code: 'NOT_FINITE', argument: 'generator', received: badCalls },
  );
}
