import {
  checkRange,
  type Interpolation,
  invalidArgument,
  type NamedVariables,
  type Rng,
  resample,
  type State,
} from '@mix/core';
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { attend, attentionWeights } from './attend.js';
import { createBlockNorm } from './block-norm.js';
import { BlockWeights } from './block-weights.js';
import { checkSameDesign } from './check-same-design.js';
import { createBlockValue } from './internal/block-value.js';
import { type PairFeatures, pairLinear, projectFeatures, type Segment } from './internal/pair-linear.js';
import {
  checkDesign,
  type FullDesign,
  fullDesign,
  listOf,
  type MixBlockDesign,
  type MixBlockOptions,
  wholeDesign,
} from './mix-block-options.js';
import { rescaleLam } from './rescale-lam.js';

/** One use of a Mix Block. */
export interface MixBlockCall {
  /** The own share λ of each row. */
  readonly lam: readonly number[];
  /** The row that each row is mixed with. */
  readonly partner: readonly number[];
  /** Height and width of the images. */
  readonly size: readonly [height: number, width: number];
  /** Batch statistics and dropout. @defaultValue false */
  readonly training?: boolean;
  /**
   * Needed where there is something to draw: dropout in training, lists of `rescale` or `upsampling`. It is forked only, and stays where
   * it is, so that two calls with one stream draw the same: fork it by step and by use.
   */
  readonly rng?: Rng;
  /** In place of the block's own `upsampling`. */
  readonly upsampling?: Interpolation | readonly Interpolation[] | undefined;
  /** In place of the block's own `rescale`. */
  readonly rescale?: number | readonly number[] | undefined;
}

/** What {@link MixBlock.project} gives: new tensors. */
export type ProjectedFeatures = {
  /** Size of the features, `[N,h,w]`. */
  readonly shape: [count: number, height: number, width: number];
  /** Products of the features with parts of the block's kernels. */
  readonly products: Readonly<Record<string, Tensor3D>>;
};

/** What {@link MixBlock.explain} gives; new tensors. P are the `h·w` positions of the features. */
export type MixBlockDetails = {
  /** Share of the own image, `[N,H,W,1]`. */
  readonly share: Tensor4D;
  /** Logit of the partner's share, `[N,h,w,1]`. */
  readonly logits: Tensor4D;
  /** Upsampled logits, `[N,H,W,1]`. */
  readonly upsampled: Tensor4D;
  /** `[N,P,P]`: rows are positions of the own image, and sum to 1 over those of the partner. */
  readonly attention: Tensor3D;
  /** Unscaled, `[N,P,d]`. */
  readonly query: Tensor3D;
  /** `[N,P,d]`. */
  readonly key: Tensor3D;
  /** `[N,P,1]`. */
  readonly value: Tensor3D;
};

/** Predicts where each of two images is to be seen. */
export interface MixBlock {
  /** What it is made of. */
  readonly design: MixBlockDesign & {
    /** Channels C of the features. */
    readonly channels: number;
  };
  /** The trainable parameters, named as in openmixup; kernels are `[1,1,in,out]`. */
  readonly variables: NamedVariables;
  /**
   * The part of the masks that depends neither on λ nor on partners: for several calls on the same features, which then cost less. Give
   * the result in place of the features, before the variables change.
   */
  project(features: Tensor4D): ProjectedFeatures;
  /**
   * The own image's share of every pixel, `[N,H,W,1]`, from features `[N,h,w,C]` of the unmixed images; the partner has the rest.
   * Differentiable by features and variables; in training, batch normalisation tracks its statistics.
   */
  masks(features: Tensor4D | ProjectedFeatures, call: MixBlockCall): Tensor4D;
  /** The same with what led to it. */
  explain(features: Tensor4D | ProjectedFeatures, call: MixBlockCall): MixBlockDetails;
  /** Parameters and running statistics as fresh tensors, and the design. */
  state(): State;
  /** Takes back what {@link MixBlock.state} gave; throws `STATE_MISMATCH` and changes nothing if it does not fit. */
  restore(state: State): void;
  /** Frees the variables; may be called twice. */
  dispose(): void;
}

/**
 * Makes the Mix Block of AutoMix and SAMix: cross-attention from the own image's features to its partner's gives a logit for every
 * position; upsampled to the image and squashed, it is the partner's share. Scores are float32 and never overflow. Any size of features
 * and images will do, also one that is no integer multiple of the other.
 *
 * @throws MixError `INVALID_ARGUMENT` for options out of range, or that exclude each other.
 * @see Liu et al. 2022, https://arxiv.org/abs/2103.13027; Li et al. 2021, https://arxiv.org/abs/2111.15454
 */
export function createMixBlock({ channels, rng, ...given }: MixBlockOptions): MixBlock {
  const design = fullDesign(given);
  checkDesign(channels, design);
  const { lamConcat, queryKey, attentionNorm } = design;
  const weights = new BlockWeights(rng, design.initDeviation);
  const width = Math.max(Math.floor(channels / design.reduction), 1);
  const scale = design.scaleScores ? 1 / Math.sqrt(width) : 1;
  const image = channels + (lamConcat === 'all' ? 1 : 0);
  const projection = (name: string) => {
    const kernel = weights.kernel(`${name}.conv.weight`, queryKey === 'joint' ? 2 * image : image, width);
    const finish =
      attentionNorm === 'batch'
        ? createBlockNorm(weights, `${name}.bn`, width)
        : biased(weights.vector(`${name}.conv.bias`, width, 0));
    return {
      project: (features: Tensor3D, segments: readonly Segment[]) =>
        projectFeatures(features, kernel, segments),
      apply: (pair: PairFeatures, segments: readonly Segment[], training: boolean): Tensor3D =>
        finish(pairLinear(pair, kernel, channels, segments), training),
    };
  };
  const query = projection('query');
  const key = queryKey === 'joint' ? projection('key') : query;
  const value = createBlockValue(weights, channels, design);

  const project = (features: Tensor4D): ProjectedFeatures => {
    weights.checkAlive('MixBlock');
    checkFeatures(channels, features);
    const [count, height, wide] = features.shape;
    const pixels = tf.reshape(features, [count, height * wide, channels]) as Tensor3D;
    const [own, other] = images([], design, -1);
    const joint = [...own, ...other];
    const products = {
      ...query.project(pixels, queryKey === 'joint' ? joint : own),
      ...(queryKey === 'joint' && key.project(pixels, joint)),
      ...value.project(pixels, { own, other }),
    };
    return { shape: [count, height, wide], products };
  };

  const run = (features: Tensor4D | ProjectedFeatures, call: MixBlockCall) => {
    weights.checkAlive('MixBlock');
    const { shape, products } = 'products' in features ? features : project(features);
    const [count, height, wide] = shape;
    checkCall(count, call);
    const { lam, partner, size, training = false } = call;
    const draw = drawer(call.rng);
    const pair: PairFeatures = { products, partner };
    const k = draw('rescale', listOf(call.rescale ?? design.rescale));
    const [own, other] = images(lam, design, k);
    const joint = [...own, ...other];
    const queries = query.apply(pair, queryKey === 'joint' ? joint : own, training);
    const keys = key.apply(pair, queryKey === 'joint' ? joint : other, training);
    const values = value.apply(pair, { own, other, lam, training, rng: call.rng });
    const scaled = tf.mul(queries, scale) as Tensor3D;
    const logits = tf.reshape(attend(scaled, keys, values), [count, height, wide, 1]) as Tensor4D;
    const mode = draw('upsampling', listOf(call.upsampling ?? design.upsampling));
    const upsampled = resample(logits, { size, mode });
    const share = tf.sigmoid(tf.neg(upsampled)) as Tensor4D;
    return { share, logits, upsampled, query: queries, key: keys, value: values, scaled };
  };

  return {
    design: { ...given, channels },
    variables: weights.variables(),
    project: (features) => tf.tidy(() => project(features)),
    masks: (features, call) => tf.tidy(() => run(features, call).share),
    explain: (features, call) =>
      tf.tidy(() => {
        const { scaled, ...details } = run(features, call);
        return { ...details, attention: attentionWeights(scaled, details.key) };
      }),
    state() {
      weights.checkAlive('MixBlock');
      return { tensors: weights.tensors(), values: { design: { ...given, channels } as never } };
    },
    restore({ tensors, values }) {
      checkSameDesign('MixBlock.restore', values, wholeDesign({ ...given, channels }), wholeDesign);
      weights.restore('MixBlock.restore', tensors);
    },
    dispose: () => weights.dispose(),
  };
}

function biased(bias: Tensor): (x: Tensor3D) => Tensor3D {
  return (x) => tf.add(x, bias);
}

/** The channels that stand for each image, with λ in them. */
function images(
  lam: readonly number[],
  { lamConcat, lamMultiply, lamGain }: FullDesign,
  k: number,
): [own: readonly Segment[], other: readonly Segment[]] {
  const rescaled = lam.map((own) => rescaleLam(own, k));
  const factor = (shares: readonly number[]): { readonly scale?: readonly number[] } => {
    if (lamMultiply === 'none') return {};
    return { scale: lamMultiply === 'residual' ? shares.map((share) => 1 + lamGain * share) : shares };
  };
  const other = lam.map((own) => 1 - own);
  const extra = (values: readonly number[]): Segment[] =>
    lamConcat === 'all' ? [{ from: 'constant', values }] : [];
  return [
    [{ from: 'own', ...factor(rescaled) }, ...extra(lam)],
    [{ from: 'partner', ...factor(rescaled.map((own) => 1 - own)) }, ...extra(other)],
  ];
}

function drawer(rng: Rng | undefined) {
  return <T>(what: string, choices: readonly T[]): T => {
    const [first] = choices;
    if (choices.length === 1 && first !== undefined) return first;
    if (rng === undefined) throw invalidArgument('MixBlock', 'rng', `be given to draw ${what}`, rng);
    return rng.fork(what).choice(choices);
  };
}

function checkFeatures(channels: number, features: Tensor4D): void {
  if (features.rank === 4 && features.shape[3] === channels) return;
  throw invalidArgument('MixBlock', 'features', `be [N,h,w,${channels}]`, features.shape, { code: 'SHAPE' });
}

function checkCall(size: number, { lam, partner }: MixBlockCall): void {
  for (const [name, list] of Object.entries({ lam, partner })) {
    if (list.length !== size) {
      throw invalidArgument('MixBlock', name, `have one number for each of ${size} rows`, list.length, {
        code: 'BATCH_SIZE',
      });
    }
  }
  for (const own of lam) checkRange('MixBlock', 'lam', own, 0, 1);
  const stranger = partner.find((row) => !(Number.isInteger(row) && row >= 0 && row < size));
  if (stranger !== undefined) {
    throw invalidArgument('MixBlock', 'partner', `be rows from 0 to ${size - 1}`, stranger);
  }
}
