import {
  checkBatch,
  checkChoice,
  checkInteger,
  checkPositive,
  checkRange,
  invalidArgument,
  type Json,
  type Method,
  type Mixer,
  mixedAccuracy,
  mixTargets,
  plainTargets,
  softCrossEntropy,
  stopGradient,
  type Targets,
} from '@mix/core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type BetaMixture, fitBetaMixture, noiseProbabilities } from './beta-mixture.js';
import { mixByCertainty } from './certainty-mixing.js';
import { fallingTemperature } from './falling-temperature.js';
import { cleanProbabilities, fitGaussianMixture, type GaussianMixture } from './gaussian-mixture.js';
import { type Bootstrap, bootstrapTargets, uniformPrior } from './m-correction-targets.js';
import { mixup } from './mixup.js';

/** Options of {@link mCorrection}. */
export interface MCorrectionOptions {
  /** Steps from one fit to the next, an epoch's: each fit takes the losses since the last. At least 1. */
  readonly stepsPerFit: number;
  /**
   * What stands in for a label that may be wrong: the likeliest class (M-DYR-H), the probabilities (M-DYR-S), or probabilities that
   * become hard with the time, with images mixed by certainty (MD-DYR-SH). @defaultValue 'soft'
   */
  readonly bootstrap?: Bootstrap | 'soft-to-hard';
  /**
   * T above 0 of the probabilities, or T at a progress; near 0 they become hard.
   * @defaultValue 1; `fallingTemperature({ from })` for `soft-to-hard`
   */
  readonly temperature?: number | ((progress: number) => number);
  /**
   * Progress from which labels are corrected, in `[0,1]`; before, the method is the mixer alone.
   * @defaultValue 0.35; 110 / 300 for `soft-to-hard`
   */
  readonly from?: number;
  /** For `soft-to-hard`: progress from which images are mixed by certainty, up to `from`. @defaultValue 0.35, or `from` if that is less */
  readonly guidedFrom?: number;
  /**
   * Any mixer that keeps the number of rows; `soft-to-hard` uses it until `guidedFrom`. Corrected labels are mixed by its label weights, or by λ
   * where it softens labels. @defaultValue `mixup({ alpha: 32 })`
   */
  readonly mixer?: Mixer;
  /** What is fitted to the losses. @defaultValue 'beta' */
  readonly mixture?: 'beta' | 'gaussian';
  /** Weight of {@link uniformPrior}, at least 0. @defaultValue 1 */
  readonly prior?: number;
  /**
   * Takes the model's opinion from a third forward pass, in training mode, which moves running statistics, as the published code does. Without it the
   * evaluation mode's opinion serves: cheaper, but at a large learning rate its statistics lag behind, and M-DYR-H collapsed in our runs.
   * @defaultValue true
   */
  readonly referencePasses?: boolean;
}

/**
 * M-correction: learns from wrong labels by believing them the less, the larger their loss. A mixture of two distributions,
 * fitted once an epoch to the losses of the unmixed images, says how likely each label is wrong; from progress `from` on, that
 * is the weight b of the model's own opinion against the label, and what is mixed are the corrected labels.
 *
 * With `bootstrap: 'soft-to-hard'`, images are mixed by certainty from `guidedFrom` on, see `certaintyShares`, and labels by the same
 * shares; from `from` on, both corrected labels count half, and the opinion's temperature falls.
 *
 * A step costs a second forward pass, in evaluation mode and without a gradient, and reads `B` losses back; from `from` on also a third,
 * see `referencePasses`. Where the published code evaluates the whole training set after each epoch, the losses here are those met in
 * the epoch: no extra pass, but each is of the model of its time. Until the first fit, every label is wrong with probability ½. The
 * published code weighs labels by a draw of Beta(32, 32) between `guidedFrom` and `from`, whatever the images show, and lowers the
 * temperature once an epoch instead of each step.
 *
 * @returns A method whose state is the mixture and the losses since its fit. Batches must have int32 labels.
 * @see Arazo et al. 2019, https://arxiv.org/abs/1904.11238
 */
export function mCorrection({
  stepsPerFit,
  bootstrap = 'soft',
  from = bootstrap === 'soft-to-hard' ? 110 / 300 : 0.35,
  guidedFrom = Math.min(0.35, from),
  temperature = bootstrap === 'soft-to-hard' ? fallingTemperature({ from }) : 1,
  mixer = mixup({ alpha: 32 }),
  mixture: kind = 'beta',
  prior = 1,
  referencePasses = true,
}: MCorrectionOptions): Method {
  checkInteger('mCorrection', 'stepsPerFit', stepsPerFit, 1);
  checkChoice('mCorrection', 'bootstrap', bootstrap, ['hard', 'soft', 'soft-to-hard']);
  checkRange('mCorrection', 'from', from, 0, 1);
  checkRange('mCorrection', 'guidedFrom', guidedFrom, 0, from);
  checkRange('mCorrection', 'prior', prior, 0, Number.MAX_VALUE);
  if (typeof temperature === 'number') checkPositive('mCorrection', 'temperature', temperature);
  let fitted: BetaMixture | GaussianMixture | null = null;
  let losses: number[] = [];
  let steps = 0;

  const noiseOf = (own: Float32Array): number[] => {
    if (fitted === null) return Array.from(own, () => 0.5);
    if ('alphas' in fitted) return noiseProbabilities(fitted, own);
    return cleanProbabilities(fitted, own).map((clean) => 1 - clean);
  };

  return {
    name: 'm-correction',
    groups: {},
    step(classifier, batch, { rng, progress, guide }) {
      checkBatch('mCorrection', batch);
      if (batch.labels.rank !== 1) {
        throw invalidArgument('mCorrection', 'labels', 'be int32 classes [B]', batch.labels.shape, {
          code: 'UNSUPPORTED',
        });
      }
      const labels = batch.labels as Tensor1D;
      const judge = (training: boolean): Tensor2D =>
        stopGradient(classifier.forward(batch.images, { training }).logits);
      const clean = judge(false);
      const own = tf.tidy(() => softCrossEntropy(clean, plainTargets(labels)).dataSync()) as Float32Array;
      losses.push(...own);
      const corrects = progress >= from;
      const opinion = referencePasses && corrects ? judge(true) : clean;
      const noise = noiseOf(own);
      const guided = bootstrap === 'soft-to-hard' && progress >= guidedFrom;
      const mixed = guided
        ? mixByCertainty(batch, noise, rng)
        : mixer(batch, { rng, progress, ...(guide && { guide }) });
      const { logits } = classifier.forward(mixed.images, { training: true });
      const correct = (): Targets => {
        const corrected = bootstrapTargets(labels, opinion, noise, {
          bootstrap: bootstrap === 'hard' ? 'hard' : 'soft',
          temperature: typeof temperature === 'number' ? temperature : temperature(progress),
        });
        const { targets } = mixed;
        const weights = targets.kind === 'sparse' ? targets.weights : mixed.lam;
        const half = () => tf.fill(mixed.lam.shape, 0.5) as Tensor2D;
        return mixTargets(corrected.values, mixed.sources, guided ? half() : weights);
      };
      const targets = corrects ? correct() : mixed.targets;
      const loss = tf.mean(softCrossEntropy(logits, targets)) as Scalar;
      return {
        losses: { classifier: tf.add(loss, tf.mul(uniformPrior(logits), prior)) as Scalar },
        metrics: {
          lam: tf.mean(tf.slice(mixed.lam, [0, 0], [-1, 1])) as Scalar,
          mixedAccuracy: mixedAccuracy(logits, targets),
        },
      };
    },
    afterStep() {
      steps++;
      if (steps < stepsPerFit || losses.length < 10) return;
      fitted = kind === 'beta' ? fitBetaMixture(losses) : fitGaussianMixture(losses);
      losses = [];
      steps = 0;
    },
    state: () => ({
      tensors: losses.length > 0 ? { losses: tf.tensor1d(losses) } : {},
      values: { fitted: fitted as Json, steps },
    }),
    restore({ tensors, values }) {
      fitted = (values['fitted'] ?? null) as BetaMixture | GaussianMixture | null;
      losses = [...(tensors['losses']?.dataSync() ?? [])];
      steps = (values['steps'] ?? 0) as number;
    },
  };
}
