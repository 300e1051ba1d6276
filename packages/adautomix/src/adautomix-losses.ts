import type { HeadedOutput, MomentumNetwork } from '@mix/automix';
import {
  type Batch,
  blend,
  type Classifier,
  mixTargets,
  plainTargets,
  smoothTargets,
  softCrossEntropy,
  type Targets,
  withoutGradient,
} from '@mix/core';
import type { Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { cosineToSources } from './cosine-to-sources.js';
import { type CosineSign, generatorLoss } from './generator-loss.js';
import { backboneMasks } from './internal/backbone-masks.js';
import type { MaskGenerator } from './mask-generator.js';
import type { AdautomixPlan, BranchPlan } from './plan-adautomix.js';
import type { AdautomixCompat } from './uses-constant-mask.js';

/** A loss for each row `[B]` of logits and targets. */
export type RowLoss = (logits: Tensor2D, targets: Targets) => Tensor1D;

/** Options of {@link adautomixLosses}. */
export interface AdautomixLossOptions {
  /** Student, teacher and their mixup heads; borrowed. */
  readonly network: MomentumNetwork;
  /** Makes the masks; borrowed. */
  readonly generator: MaskGenerator;
  /** The teacher's stage, counted from 1, whose features the generator sees: the last but one in the published settings. */
  readonly stage: number;
  /** Weight β of the cross-entropy against the cosine on adversarial iterations, in `[0,1]`. @defaultValue 0.3 */
  readonly beta?: number;
  /** Which way the cosine pulls; `'reference'` is the published code's sign. @defaultValue 'preserve' */
  readonly cosine?: CosineSign;
  /** Rows in which one source has as much as this or less train the classifier on a plain mix; in `[0,½]`. @defaultValue 0.03 */
  readonly lamMargin?: number;
  /** Margin rule of a published code base. @defaultValue 'none' */
  readonly compat?: AdautomixCompat;
  /** ρ in `[0,1]`: for K ≥ 3 the clean loss is `(1 − ρ)·L_one + ρ·L_plain`. @defaultValue 0.5 */
  readonly mixupRatio?: number;
  /** Label smoothing in `[0,1]` in the targets of all heads. @defaultValue 0 */
  readonly labelSmoothing?: number;
  /** Weights of the clean and plain loss, of the loss on generated mixes and of the generator's; at least 0. @defaultValue 1 each */
  readonly weights?: { readonly oneHot?: number; readonly mix?: number; readonly generator?: number };
  /** Loss of the student's heads. @defaultValue {@link softCrossEntropy} */
  readonly loss?: RowLoss;
  /** Loss of the teacher's mixup head, which trains the generator. @defaultValue `loss` */
  readonly teacherLoss?: RowLoss;
}

/** What trains the generator; new. */
export type GeneratorTerms = {
  /** The generator's loss. */
  readonly loss: Scalar;
  /** The teacher's cross-entropy on the mix. */
  readonly crossEntropy: Scalar;
  /** Similarity of the teacher's logits on the mix to those on its sources. */
  readonly cosine: Scalar;
  /** `[B,H,W,K]`. */
  readonly masks: Tensor4D;
  /** The mix, `[B,H,W,C]`. */
  readonly images: Tensor4D;
};

/** Losses of a step and what they come from; new. */
export type AdautomixLosses = {
  /** What trains the classifier and its mixup head. */
  readonly classifier: Scalar;
  /** On clean images, of the one-hot head. */
  readonly oneHot: Scalar;
  /** On plain mixes of the backbone's sources, of the mixup head; for K ≥ 3 and ρ above 0. */
  readonly plain?: Scalar;
  /** On generated mixes, of the mixup head. */
  readonly mix: Scalar;
  /** On steps that train the generator. */
  readonly generator?: GeneratorTerms;
  /** The learned masks of the backbone's branch, before the margin rule. */
  readonly masks: Tensor4D;
  /** The backbone's generated mix. */
  readonly images: Tensor4D;
  /** Targets of that mix, before smoothing. */
  readonly targets: Targets;
  /** The student's outputs on the clean images and on the mix. */
  readonly student: { readonly clean: HeadedOutput; readonly mix: HeadedOutput };
  /** The teacher's logits on the clean images. */
  readonly teacher: { readonly logits: Tensor2D; readonly mixLogits: Tensor2D };
};

/**
 * One step of AdAutoMix as losses, for a loop of one's own: one clean pass of the teacher gives the generator's features and the logits of
 * all sources, since sources are rows of the batch; one more pass judges the generator's mix. The student sees clean images, for K ≥ 3 a
 * plain mix, and a generated one. The generator's loss reaches the generator alone, the classifier's the classifier and its mixup head
 * alone, so one backward pass of their sum serves both.
 *
 * Call it within `tf.variableGrads`, in a tidy that frees what it gives.
 *
 * @param adversarial Whether the generator works against the teacher in this step.
 * @see Qin et al. 2024, https://arxiv.org/abs/2312.11954
 */
export function adautomixLosses(
  classifier: Classifier,
  batch: Batch,
  plan: AdautomixPlan,
  adversarial: boolean,
  options: AdautomixLossOptions,
): AdautomixLosses {
  const { network, generator, stage, lamMargin = 0.03, compat = 'none', mixupRatio = 0.5 } = options;
  const { oneHot: oneHotWeight = 1, mix: mixWeight = 1 } = options.weights ?? {};
  const { images, labels } = batch;
  const { backbone } = plan;
  const view = network.look(images, stage);
  const trained = plan.trainsGenerator
    ? generatorTerms(batch, plan.generator, view, adversarial, options)
    : undefined;

  const masks = withoutGradient(() => {
    const made = generator.generate(view.features, requestOf(backbone, images));
    return {
      learned: made.masks,
      used: backboneMasks(made.masks, backbone.lam, { margin: lamMargin, compat }),
    };
  });
  const mixed = blend(images, backbone.sources, { masks: masks.used });
  const targets = targetsOf(labels, backbone);
  const rows = options.loss ?? softCrossEntropy;
  const loss = (logits: Tensor2D, wanted: Targets): Scalar =>
    tf.mean(rows(logits, smoothed(wanted, classifier, options))) as Scalar;

  const clean = network.student(classifier, images);
  const oneHot = loss(clean.logits, plainTargets(labels));
  const hasPlain = (backbone.sources[0]?.length ?? 0) > 2 && mixupRatio > 0;
  const plain = hasPlain
    ? loss(
        network.student(classifier, blend(images, backbone.sources, { lam: backbone.lam })).mixLogits,
        targets,
      )
    : undefined;
  const student = { clean, mix: network.student(classifier, mixed) };
  const mix = loss(student.mix.mixLogits, targets);
  const cleanLoss =
    plain === undefined ? oneHot : tf.add(tf.mul(oneHot, 1 - mixupRatio), tf.mul(plain, mixupRatio));
  return {
    classifier: tf.add(tf.mul(cleanLoss, oneHotWeight), tf.mul(mix, mixWeight)) as Scalar,
    oneHot,
    mix,
    masks: masks.learned,
    images: mixed,
    targets,
    student,
    teacher: { logits: view.logits, mixLogits: view.mixLogits },
    ...(plain && { plain }),
    ...(trained && { generator: trained }),
  };
}

function generatorTerms(
  { images, labels }: Batch,
  branch: BranchPlan,
  view: { readonly features: Tensor4D; readonly mixLogits: Tensor2D },
  adversarial: boolean,
  options: AdautomixLossOptions,
): GeneratorTerms {
  const { network, generator, beta = 0.3, cosine: sign = 'preserve', loss = softCrossEntropy } = options;
  const { teacherLoss = loss } = options;
  const { masks } = generator.generate(view.features, requestOf(branch, images));
  const mixed = blend(images, branch.sources, { masks });
  const { mixLogits } = network.teach(mixed);
  const targets = smoothed(targetsOf(labels, branch), network.teacher, options);
  const crossEntropy = tf.mean(teacherLoss(mixLogits, targets)) as Scalar;
  const cosine = cosineToSources(mixLogits, view.mixLogits, branch.sources, branch.lam);
  const each = generatorLoss(crossEntropy, cosine, { beta, cosine: sign, adversarial });
  const weighted = tf.mul(each, options.weights?.generator ?? 1) as Scalar;
  return { loss: weighted, crossEntropy, cosine, masks, images: mixed };
}

function requestOf({ sources, lam, upsampling }: BranchPlan, { shape: [, height, width] }: Tensor4D) {
  return { sources, lam, upsampling, size: [height, width] as const, training: true };
}

function targetsOf(labels: Batch['labels'], { sources, lam }: BranchPlan): Targets {
  const size: [number, number] = [sources.length, sources[0]?.length ?? 0];
  return mixTargets(labels, tf.tensor2d(sources.flat(), size, 'int32'), tf.tensor2d(lam.flat(), size));
}

function smoothed(
  targets: Targets,
  { numClasses }: Classifier,
  { labelSmoothing: smoothing = 0 }: AdautomixLossOptions,
): Targets {
  return smoothing > 0 ? smoothTargets(targets, { smoothing, numClasses }) : targets;
}
