import type { MomentumNetwork, TeacherView } from '@mix/automix';
import {
  type Batch,
  blendByLam,
  blendByMasks,
  type Classifier,
  mixTargets,
  plainTargets,
  smoothTargets,
  type Targets,
  withoutGradient,
} from '@mix/core';
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedAdautomix, RowLoss } from './adautomix-options.js';
import { cosineToSources } from './cosine-to-sources.js';
import { generatorLoss } from './generator-loss.js';
import { backboneMasks } from './internal/backbone-masks.js';
import { stepMetrics } from './internal/step-metrics.js';
import type { MaskGenerator, ProjectedFeatures } from './mask-generator.js';
import type { AdautomixPlan, BranchPlan } from './plan-adautomix.js';

/** The parts that a step works with. */
export interface AdautomixParts {
  readonly network: MomentumNetwork;
  readonly generator: MaskGenerator;
  readonly stage: number;
  readonly options: ResolvedAdautomix;
}

/** What trains the generator. */
export type GeneratorTerms = {
  /** The teacher's cross-entropy on the mix. */
  readonly crossEntropy: Scalar;
  /** Similarity of the teacher's logits on the mix to those on its sources. */
  readonly cosine: Scalar;
  /** `[B,H,W,K]`. */
  readonly masks: Tensor4D;
  /** The mix, `[B,H,W,C]`. */
  readonly images: Tensor4D;
};

/** What a step computes: every loss term apart, and the masks and mixes behind them. */
export type AdautomixPass = {
  /** Losses before their weights. */
  readonly terms: {
    /** On clean images, of the classifier's own head. */
    readonly one: Scalar;
    /** On plain mixes, of the mixup head; for K ≥ 3 and ρ above 0. */
    readonly plain?: Scalar;
    /** On generated mixes, of the mixup head. */
    readonly mix: Scalar;
    /** What the generator minimises; on steps that train it. */
    readonly generator?: Scalar;
  };
  /** Weighted losses by group. */
  readonly losses: {
    /** Of the classifier and its mixup head. */
    readonly classifier: Scalar;
    /** Of the generator, on steps that train it. */
    readonly generator?: Scalar;
  };
  /** Numbers to log. */
  readonly metrics: Readonly<Record<string, Scalar>>;
  /** What the generator was trained on. */
  readonly generator?: GeneratorTerms;
  /** What the student was trained on. */
  readonly backbone: {
    /** The learned masks, `[B,H,W,K]`. */
    readonly raw: Tensor4D;
    /** The same with constants in lopsided rows. */
    readonly masks: Tensor4D;
    /** The mix, `[B,H,W,C]`. */
    readonly images: Tensor4D;
  };
};

/** One step of AdAutoMix by a plan, within the gradient's tape. */
export function adautomixPass(
  parts: AdautomixParts,
  classifier: Classifier,
  batch: Batch,
  plan: AdautomixPlan,
  adversarial: boolean,
): AdautomixPass {
  const { network, stage, options } = parts;
  const { images, labels } = batch;
  // Sources are rows of the batch, so one clean pass gives the features and the logits of all of them.
  const clean = network.look(images, stage);
  const features = parts.generator.project(clean.features);
  const generator = plan.trainsGenerator
    ? trainGenerator(parts, batch, { clean, features }, plan.generator)
    : undefined;
  const backbone = mixForStudent(parts, images, features, plan.backbone);

  const targets = targetsOf(labels, plan.backbone);
  const own = network.student(classifier, images);
  const one = meanLoss(options.loss, own.logits, plainTargets(labels), options);
  const { sources, lam } = plan.backbone;
  const hasPlain = (sources[0]?.length ?? 0) > 2 && options.mixupRatio > 0;
  const plain = hasPlain
    ? meanLoss(
        options.loss,
        network.student(classifier, blendByLam(images, sources, lam)).mixLogits,
        targets,
        options,
      )
    : undefined;
  const mixed = network.student(classifier, backbone.images);
  const mix = meanLoss(options.loss, mixed.mixLogits, targets, options);

  const loss =
    generator && generatorLoss(generator.crossEntropy, generator.cosine, { ...options, adversarial });
  const terms = { one, mix, ...(plain && { plain }), ...(loss && { generator: loss }) };
  const seen = { own, mixed, clean, targets, generator, raw: backbone.raw };
  return {
    terms,
    losses: weighted(terms, options),
    metrics: stepMetrics(terms, seen, labels, plan, adversarial),
    backbone,
    ...(generator && { generator }),
  };
}

function weighted(
  { one, plain, mix, generator }: AdautomixPass['terms'],
  { mixupRatio, weights }: ResolvedAdautomix,
): AdautomixPass['losses'] {
  const unmixed = plain ? tf.add(tf.mul(one, 1 - mixupRatio), tf.mul(plain, mixupRatio)) : one;
  return {
    classifier: tf.add(tf.mul(unmixed, weights.one), tf.mul(mix, weights.mix)) as Scalar,
    ...(generator && { generator: tf.mul(generator, weights.generator) as Scalar }),
  };
}

// The gradient goes through the frozen teacher and the mix to the generator.
function trainGenerator(
  { network, generator, options }: AdautomixParts,
  { images, labels }: Batch,
  { clean, features }: { readonly clean: TeacherView; readonly features: ProjectedFeatures },
  branch: BranchPlan,
): GeneratorTerms {
  const { sources, lam } = branch;
  const { masks } = generator.generate(features, requestOf(branch, images));
  const mixed = blendByMasks(images, sources, masks);
  const { mixLogits } = network.teach(mixed);
  return {
    crossEntropy: meanLoss(options.teacherLoss, mixLogits, targetsOf(labels, branch), options),
    cosine: cosineToSources(mixLogits, clean.mixLogits, sources, lam),
    masks,
    images: mixed,
  };
}

function mixForStudent(
  { generator, options }: AdautomixParts,
  images: Tensor4D,
  features: ProjectedFeatures,
  branch: BranchPlan,
): AdautomixPass['backbone'] {
  return withoutGradient(() => {
    const raw = generator.generate(features, requestOf(branch, images)).masks;
    const masks = backboneMasks(raw, branch.lam, { margin: options.lamMargin, rule: options.marginRule });
    return { raw, masks, images: blendByMasks(images, branch.sources, masks) };
  });
}

function requestOf({ sources, lam, upsampling }: BranchPlan, { shape: [, height, width] }: Tensor4D) {
  return { sources, lam, upsampling, size: [height, width] as const, training: true };
}

function targetsOf(labels: Batch['labels'], { sources, lam }: BranchPlan): Targets {
  const size: [number, number] = [sources.length, sources[0]?.length ?? 0];
  return mixTargets(labels, tf.tensor2d(sources.flat(), size, 'int32'), tf.tensor2d(lam.flat(), size));
}

function meanLoss(
  rows: RowLoss,
  logits: Tensor2D,
  targets: Targets,
  { labelSmoothing: smoothing }: ResolvedAdautomix,
): Scalar {
  const wanted = smoothing > 0 ? smoothTargets(targets, { smoothing, numClasses: logits.shape[1] }) : targets;
  return tf.mean(rows(logits, wanted)) as Scalar;
}
