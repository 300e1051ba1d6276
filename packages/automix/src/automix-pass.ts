import {
  type Batch,
  blendByMasks,
  type Classifier,
  mixedAccuracy,
  plainTargets,
  type Rng,
  type StepContext,
  withoutGradient,
} from '@mix/core';
import type { Scalar, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { adjustMask } from './adjust-mask.js';
import type { ResolvedOptions } from './automix-options.js';
import { checkLabels, crossEntropy, generatorLoss } from './internal/classify.js';
import { applyLamMargin } from './lam-margin.js';
import { maskLoss } from './mask-loss.js';
import { maskLossWeight } from './mask-loss-weight.js';
import { maskStatistics } from './mask-statistics.js';
import type { MixBlock, ProjectedFeatures } from './mix-block.js';
import type { MomentumNetwork } from './momentum-network.js';
import { pairTargets } from './pair-targets.js';
import type { AutomixPlan } from './plan-automix.js';
import type { Pairs } from './plan-pairs.js';

/** The parts that a step works with. */
interface AutomixParts {
  readonly network: MomentumNetwork;
  readonly block: MixBlock;
  readonly stage: number;
  readonly options: ResolvedOptions;
}

/** The weighted losses of a step. */
export type AutomixTerms = {
  /** Of the student's own head, on clean images. */
  readonly one: Scalar;
  /** Of its mixup head, on mixed images. */
  readonly mix: Scalar;
  /** The teacher's judgement of the generator's mixes; absent when the step does not train the generator. */
  readonly generator?: Scalar;
  /** Of the generator's masks by themselves. */
  readonly mask?: Scalar;
};

/** Masks and the mixes by them. */
export type AutomixMixes = {
  /** Share of the own image, `[B,H,W,1]`. */
  readonly share: Tensor4D;
  /** `[B,H,W,C]`. */
  readonly images: Tensor4D;
};

/** What a step computes: every loss term apart, and the masks and mixes behind them. */
export type AutomixPass = {
  /** Weighted losses by name. */
  readonly terms: AutomixTerms;
  /** Numbers to log. */
  readonly metrics: Readonly<Record<string, Scalar>>;
  /** What the generator was trained on. */
  readonly generator?: AutomixMixes;
  /** What the student was trained on. */
  readonly backbone: AutomixMixes & {
    /** The share before `maskAdjust` and `lamMargin`. */
    readonly raw: Tensor4D;
  };
};

/** One step of AutoMix by a plan, within the gradient's tape. */
export function automixPass(
  parts: AutomixParts,
  classifier: Classifier,
  batch: Batch,
  plan: AutomixPlan,
  { rng, progress, guide }: Pick<StepContext, 'rng' | 'progress' | 'guide'>,
): AutomixPass {
  const { network, stage, options } = parts;
  const { labelSmoothing, weights, headOneMix } = options;
  checkLabels(batch.labels, options);
  const clean = network.look(batch.images, stage);
  const projected = parts.block.project(clean.features);
  const generator = trainGenerator(parts, batch, projected, plan, rng, progress);
  const backbone = mixForStudent(parts, batch, projected, plan, rng);
  const oneMixed = headOneMix?.(batch, { rng: rng.fork('headOne'), progress, ...(guide && { guide }) });
  const plain = plainTargets(batch.labels);
  const one = network.student(classifier, oneMixed?.images ?? batch.images);
  const mixed = network.student(classifier, backbone.images);
  const targets = pairTargets(batch.labels, plan.backbone);
  return {
    terms: {
      one: weighted(crossEntropy(one.logits, oneMixed?.targets ?? plain, labelSmoothing), weights.one),
      mix: weighted(crossEntropy(mixed.mixLogits, targets, labelSmoothing), weights.mix),
      ...generator?.terms,
    },
    metrics: withoutGradient(() => ({
      lam: tf.mean(backbone.share) as Scalar,
      mixedAccuracy: mixedAccuracy(mixed.mixLogits, targets),
      studentAccuracy: mixedAccuracy(one.logits, oneMixed?.targets ?? plain),
      teacherAccuracy: mixedAccuracy(clean.logits, plain),
      teacherMixAccuracy: mixedAccuracy(clean.mixLogits, plain),
      ...maskMetrics(generator?.share ?? backbone.raw, generator ? plan.generator : plan.backbone),
    })),
    ...(generator && { generator: { share: generator.share, images: generator.images } }),
    backbone,
  };
}

// The gradient goes through the frozen teacher and the mix to the block.
function trainGenerator(
  { network, block, options }: AutomixParts,
  { images, labels }: Batch,
  features: ProjectedFeatures,
  plan: AutomixPlan,
  rng: Rng,
  progress: number,
) {
  const { maskLoss: regulariser, skipKeepsMaskLoss, weights, generatorUpsampling } = options;
  if (!plan.trainsGenerator && !skipKeepsMaskLoss) return undefined;
  const { partner, lam } = plan.generator;
  const size = sizeOf(images);
  const share = block.masks(features, {
    lam,
    partner,
    size,
    training: true,
    rng: rng.fork('generatorBlock'),
    ...(generatorUpsampling && { upsampling: generatorUpsampling }),
  });
  const beta = maskLossWeight(regulariser.weight, regulariser.decay, progress);
  const mask = weighted(maskLoss(share, lam, regulariser), beta);
  const mixed = blendByMasks(images, sourcesOf(plan.generator), share);
  if (!plan.trainsGenerator) return { share, images: mixed, terms: { mask } };
  const judged = generatorLoss(network.teach(mixed).mixLogits, pairTargets(labels, plan.generator), options);
  return { share, images: mixed, terms: { generator: weighted(judged, weights.generator), mask } };
}

function mixForStudent(
  { block, options }: AutomixParts,
  { images }: Batch,
  features: ProjectedFeatures,
  plan: AutomixPlan,
  rng: Rng,
): AutomixPass['backbone'] {
  const { partner, lam } = plan.backbone;
  return withoutGradient(() => {
    const raw = block.masks(features, {
      lam,
      partner,
      size: sizeOf(images),
      training: true,
      rng: rng.fork('backboneBlock'),
    });
    const wanted = options.maskAdjustLam === 'generator' ? plan.generator.lam : lam;
    const adjusted = plan.adjustsMasks ? adjustMask(raw, wanted) : raw;
    const share = applyLamMargin(adjusted, lam, options.lamMargin);
    return { raw, share, images: blendByMasks(images, sourcesOf(plan.backbone), share) };
  });
}

function maskMetrics(share: Tensor4D, { lam }: Pairs): Readonly<Record<string, Scalar>> {
  const { mean, spread, entropy } = maskStatistics(share);
  const maskLam = tf.scalar(lam.reduce((sum, own) => sum + own, 0) / lam.length);
  return { maskMean: mean, maskSpread: spread, maskEntropy: entropy, maskLam };
}

function sizeOf({ shape: [, height, width] }: Tensor4D): [number, number] {
  return [height, width];
}

/** Own row and partner of each row. */
export function sourcesOf({ partner }: Pick<Pairs, 'partner'>): number[][] {
  return partner.map((other, row) => [row, other]);
}

function weighted(loss: Scalar, weight: number): Scalar {
  return weight === 1 ? loss : tf.mul(loss, weight);
}
