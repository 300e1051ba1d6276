import { attend, attentionWeights, BlockWeights, checkSameDesign } from '@mix/automix/parts';
import {
  type Interpolation,
  invalidArgument,
  type NamedVariables,
  resample,
  type State,
  withoutGradient,
} from '@mix/core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkFeatures, checkRequest } from './internal/check-request.js';
import { createProjection, type ProjectionMode, type Source } from './internal/projection.js';
import {
  checkGeneratorDesign,
  fullDesign,
  type MaskGeneratorDesign,
  type MaskGeneratorOptions,
  upsamplingsOf,
} from './mask-generator-design.js';

/** What to make masks for. */
export interface MaskRequest {
  /** For each of R rows, the row of the features of each of its K sources, at least 2. */
  readonly sources: readonly (readonly number[])[];
  /** For each row, the share λ of each source. Enters with `lamConcat` only. */
  readonly lam: readonly (readonly number[])[];
  /** `[height,width]` of the masks: the images'. */
  readonly size: readonly [height: number, width: number];
  /** Normalise by the batch's statistics and update the running ones, where there is a norm. @defaultValue true */
  readonly training?: boolean;
  /** In place of the generator's own upsampling; needed where that is a list. */
  readonly upsampling?: Interpolation;
}

/** Masks and what they come from; all new. */
export type GeneratedMasks = {
  /** `[R,H,W,K]`: share of each source in every pixel, summing to 1. */
  readonly masks: Tensor4D;
  /** `[R,h,w,K]`: logits at the features' size. */
  readonly logits: Tensor4D;
};

/** What {@link MaskGenerator.project} gives: new tensors. */
export type ProjectedFeatures = {
  /** Size of the features, `[B,h,w]`. */
  readonly shape: [count: number, height: number, width: number];
  /** `[B,h·w,d]`, without λ. */
  readonly query: Tensor3D;
  /** `[B,h·w,d]`, without λ. */
  readonly key: Tensor3D;
  /** `[B,h·w,1]`, without λ. */
  readonly value: Tensor3D;
};

/** AdAutoMix's generator of masks for K images; owns its weights. */
export interface MaskGenerator {
  /** What it is made of. */
  readonly design: MaskGeneratorDesign & Pick<MaskGeneratorOptions, 'channels'>;
  /** The trainable parameters, named as in openmixup; kernels are `[1,1,in,out]`. */
  readonly variables: NamedVariables;
  /**
   * The part of the masks that depends neither on λ nor on which rows are mixed: for several calls on the same features, which then cost
   * less. Give the result in place of the features, before the variables change.
   *
   * @param features float32 `[B,h,w,C]`; borrowed.
   * @throws MixError `SHAPE`.
   */
  project(features: Tensor4D): ProjectedFeatures;
  /**
   * Masks for rows of a batch. Differentiable by features and variables.
   *
   * @param features float32 `[B,h,w,C]`; borrowed.
   * @throws MixError `SHAPE`, `BATCH_SIZE` or `INVALID_ARGUMENT` for a request that does not fit.
   */
  generate(features: Tensor4D | ProjectedFeatures, request: MaskRequest): GeneratedMasks;
  /**
   * The attention behind the masks, `[R,P,P]` for each source: how much of each position of the others (columns) every position of the
   * source (rows) takes. Normalised as by {@link MaskGenerator.generate} with the same `training`, but it changes no running statistics.
   * New tensors; not differentiable.
   */
  attention(features: Tensor4D | ProjectedFeatures, request: MaskRequest): Tensor3D[];
  /**
   * How many calls had to replace logits that are no finite number, since the generator was made or restored; reads it back from the device.
   */
  badCalls(): number;
  /** Parameters and running statistics as fresh tensors, and the design. */
  state(): State;
  /** Takes back what {@link MaskGenerator.state} gave, and counts bad calls anew; throws `STATE_MISMATCH` and changes nothing if it does not fit. */
  restore(state: State): void;
  /** Frees the weights; harmless when repeated. */
  dispose(): void;
}

// What stands for a logit that is no number, in all channels alike.
const NO_LOGIT = 1e-4;

/**
 * Makes AdAutoMix's generator. For K sources with features F_i, all sharing three 1x1 convolutions, query and key with a ReLU:
 * `T_i = softmax(Q_i · (Σ_{j≠i} K_j)ᵀ / √d)`, `G_i = T_i · V_i`, and masks are the softmax over i of the upsampled G_i.
 *
 * Exchanging sources together with their λ exchanges the masks. Weights start from N(0, `initDeviation`²); at 0.01 masks start near 1/K. Scores
 * cannot overflow, and logits that are no finite number count as 1e-4 (the published code gives such pixels to the second image). That keeps
 * the masks finite, not the gradients: a feature or weight that is no finite number may still make those of the weights NaN.
 *
 * @returns The caller's, to dispose.
 * @throws MixError `INVALID_ARGUMENT`.
 * @see Qin et al. 2024, https://arxiv.org/abs/2312.11954
 */
export function createMaskGenerator({ channels, rng, ...given }: MaskGeneratorOptions): MaskGenerator {
  const design = fullDesign(given);
  checkGeneratorDesign(channels, design);
  const { reduction, lamConcat, attentionNorm: norm, activation, scaleScores, valueSource } = design;
  const width = Math.max(Math.floor(channels / reduction), 1);
  const scale = scaleScores ? 1 / Math.sqrt(width) : 1;
  const weights = new BlockWeights(rng, design.initDeviation);
  const shared = { inChannels: channels, lamConcat };
  const inner = { ...shared, outChannels: width, norm, relu: activation === 'relu', biasCancels: false };
  const toQuery = createProjection(weights, 'conv_q.conv', inner);
  const toKey = createProjection(weights, 'conv_k.conv', inner);
  const toValue = createProjection(weights, 'conv_v', {
    ...shared,
    outChannels: 1,
    norm: 'none',
    relu: false,
    biasCancels: true,
  });
  const badCalls = tf.tidy(() => tf.variable(tf.scalar(0), false));

  const project = (features: Tensor4D): ProjectedFeatures => {
    weights.checkAlive('MaskGenerator');
    checkFeatures(features, channels);
    const [count, height, wide] = features.shape;
    const pixels = tf.reshape(features, [count, height * wide, channels]) as Tensor3D;
    return {
      shape: [count, height, wide],
      query: toQuery.project(pixels),
      key: toKey.project(pixels),
      value: toValue.project(pixels),
    };
  };

  const read = (features: Tensor4D | ProjectedFeatures, request: MaskRequest): ProjectedFeatures => {
    weights.checkAlive('MaskGenerator');
    const projected = 'query' in features ? features : project(features);
    checkRequest(projected.shape, request);
    return projected;
  };

  const queriesAndKeys = (
    { query, key }: ProjectedFeatures,
    sources: readonly Source[],
    mode: ProjectionMode,
  ) => {
    const queries = toQuery.apply(query, sources, mode).map((each) => tf.mul(each, scale) as Tensor3D);
    return { queries, keys: sumsOfOthers(toKey.apply(key, sources, mode)) };
  };

  const replaceBadLogits = (logits: Tensor4D): Tensor4D => {
    const { good, total } = withoutGradient(() => {
      const finite = tf.isFinite(logits);
      return { good: finite, total: tf.add(badCalls, tf.cast(tf.any(tf.logicalNot(finite)), 'float32')) };
    });
    badCalls.assign(total as tf.Scalar);
    return tf.where(good, logits, NO_LOGIT);
  };

  return {
    design: { ...given, channels },
    variables: weights.variables(),
    project: (features) => tf.tidy(() => project(features)),
    generate: (features, request) =>
      tf.tidy(() => {
        const projected = read(features, request);
        const { sources: rows, lam, size, training = true } = request;
        const [, height, wide] = projected.shape;
        const sources = columns(rows, lam);
        const { queries, keys } = queriesAndKeys(projected, sources, { training });
        const own = toValue.apply(projected.value, sources, { training });
        const values = valueSource === 'self' ? own : meansOfOthers(own);
        const each = queries.map((query, k) => attend(query, keys[k] as Tensor3D, values[k] as Tensor3D));
        const shape: [number, number, number, number] = [rows.length, height, wide, each.length];
        const logits = replaceBadLogits(tf.reshape(tf.concat(each, 2), shape));
        return { masks: tf.softmax(resample(logits, { size, mode: modeOf(design, request) })), logits };
      }),
    attention: (features, request) =>
      tf.tidy(() => {
        const projected = read(features, request);
        const { sources, lam, training = true } = request;
        const mode = { training, tracks: false };
        const { queries, keys } = queriesAndKeys(projected, columns(sources, lam), mode);
        return queries.map((query, k) => attentionWeights(query, keys[k] as Tensor3D));
      }),
    badCalls: () => badCalls.dataSync()[0] as number,
    state() {
      weights.checkAlive('MaskGenerator');
      return { tensors: weights.tensors(), values: { design: { ...given, channels } as never } };
    },
    restore({ tensors, values }) {
      checkSameDesign('MaskGenerator.restore', values, { ...design, channels }, fullDesign);
      weights.restore('MaskGenerator.restore', tensors);
      tf.tidy(() => badCalls.assign(tf.scalar(0)));
    },
    dispose() {
      weights.dispose();
      if (!badCalls.isDisposed) badCalls.dispose();
    },
  };
}

function modeOf(design: MaskGeneratorDesign, { upsampling }: MaskRequest): Interpolation {
  const modes = upsamplingsOf(design);
  const mode = upsampling ?? (modes.length === 1 ? modes[0] : undefined);
  if (mode !== undefined) return mode;
  throw invalidArgument('MaskGenerator', 'upsampling', `be given, one of ${modes.join(', ')}`, mode);
}

function columns(rows: MaskRequest['sources'], lam: MaskRequest['lam']): Source[] {
  const count = rows[0]?.length ?? 0;
  return Array.from({ length: count }, (_, k) => ({
    rows: rows.map((row) => row[k] as number),
    lam: lam.map((row) => row[k] as number),
  }));
}

function sumsOfOthers(all: readonly Tensor3D[]): Tensor3D[] {
  return all.map((_, own) => {
    const [first, ...rest] = all.filter((_, k) => k !== own) as [Tensor3D, ...Tensor3D[]];
    return rest.reduce((sum, other) => tf.add(sum, other), first);
  });
}

function meansOfOthers(all: readonly Tensor3D[]): Tensor3D[] {
  return sumsOfOthers(all).map((sum) => tf.div(sum, all.length - 1));
}
