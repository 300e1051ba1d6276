import { invalidArgument, type Rng } from '@mix/core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createBlockNorm } from '../block-norm.js';
import type { BlockWeights } from '../block-weights.js';
import { type FullDesign, hiddenOf } from '../mix-block-options.js';
import {
  type FeatureProducts,
  type PairFeatures,
  pairLinear,
  projectFeatures,
  type Segment,
} from './pair-linear.js';

/** What the value branch of one call is given. */
interface ValueCall {
  readonly own: readonly Segment[];
  readonly other: readonly Segment[];
  readonly lam: readonly number[];
  readonly training: boolean;
  readonly rng: Rng | undefined;
}

/** The branch that gives the value of every position of the partner. */
export interface BlockValue {
  /** What {@link BlockValue.apply} needs of features `[N,P,C]`. */
  project(features: Tensor3D, segments: Pick<ValueCall, 'own' | 'other'>): FeatureProducts;
  /** `[N,P,1]`. */
  apply(pair: PairFeatures, call: ValueCall): Tensor3D;
}

/** Makes that branch. */
export function createBlockValue(weights: BlockWeights, channels: number, design: FullDesign): BlockValue {
  const { lamConcat, valueInput, valueNorm, valueDropout } = design;
  const image = channels + (lamConcat === 'all' ? 1 : 0);
  const both = valueInput === 'both' && lamConcat !== 'value';
  const inChannels = lamConcat === 'value' ? image + 1 : both ? 2 * image : image;
  const segmentsOf = ({
    own,
    other,
    lam = [],
  }: Pick<ValueCall, 'own' | 'other'> & Partial<ValueCall>): readonly Segment[] => {
    if (lamConcat === 'value') return [...other, { from: 'constant', values: lam.map((share) => 1 - share) }];
    return both ? [...own, ...other] : other;
  };
  if (design.value === 'linear') {
    const kernel = weights.kernel('value.weight', inChannels, 1);
    const bias = weights.vector('value.bias', 1, 0) as Tensor;
    return {
      project: (features, segments) => projectFeatures(features, kernel, segmentsOf(segments)),
      apply: (pair, call) => tf.add(pairLinear(pair, kernel, channels, segmentsOf(call)), bias),
    };
  }
  const hidden = hiddenOf(channels, design);
  const first = weights.kernel('value.conv.0.conv.weight', inChannels, hidden);
  const norm =
    valueNorm === 'none' ? undefined : createBlockNorm(weights, 'value.conv.0.bn', hidden, valueNorm);
  const second = weights.kernel('value.conv.1.conv.weight', hidden, 1) as Tensor;
  return {
    project: (features, segments) => projectFeatures(features, first, segmentsOf(segments)),
    apply(pair, call) {
      const raw = pairLinear(pair, first, channels, segmentsOf(call));
      const active = elu(norm === undefined ? raw : norm(raw, call.training));
      const [size, positions] = active.shape;
      const flat = tf.reshape(active, [size * positions, hidden]);
      const product = tf.matMul(flat, tf.reshape(second, [hidden, 1]));
      const values = tf.reshape(product, [size, positions, 1]) as Tensor3D;
      return call.training && valueDropout > 0 ? dropped(values, valueDropout, call.rng) : values;
    },
  };
}

// WebAssembly has no kernel for the gradient of tfjs' own.
function elu(x: Tensor3D): Tensor3D {
  return tf.add(tf.relu(x), tf.sub(tf.exp(tf.neg(tf.relu(tf.neg(x)))), 1));
}

function dropped(values: Tensor3D, rate: number, rng: Rng | undefined): Tensor3D {
  if (rng === undefined) throw invalidArgument('MixBlock', 'rng', 'be given for dropout', rng);
  const own = rng.fork('dropout');
  const kept = Float32Array.from({ length: values.size }, () => (own.uniform() < rate ? 0 : 1 / (1 - rate)));
  return tf.mul(values, tf.tensor3d(kept, values.shape));
}
