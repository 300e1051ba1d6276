import {
  checkAlive,
  checkInteger,
  MixError,
  type NamedTensors,
  type NamedVariables,
  type Rng,
  type State,
} from '@mix/core';
import type { Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { uncertainty } from '../uncertainty.js';

/** Sizes and first weights of the uncertainty layer. */
export interface SumixHead {
  /** D: width of the classifier's `embedding`. */
  readonly embeddingSize: number;
  /** Number of classes. */
  readonly numClasses: number;
  /** First weights and biases are uniform in ±1/√D, as PyTorch's; only forked, so it stays where it is. */
  readonly rng: Rng;
}

/** The layer, and its state in PyTorch's layout. */
export interface Head {
  readonly variables: NamedVariables;
  apply(embedding: Tensor2D): Tensor2D;
  state(): State;
  restore(state: State): void;
  dispose(): void;
}

const WEIGHT = 'uncertain.weight';
const BIAS = 'uncertain.bias';

/** Makes the uncertainty layer. */
export function createHead({ embeddingSize, numClasses, rng }: SumixHead): Head {
  checkInteger('sumix', 'head.embeddingSize', embeddingSize, 1);
  checkInteger('sumix', 'head.numClasses', numClasses, 1);
  const draw = (name: string, count: number): Float32Array => {
    const own = rng.fork('sumix', name);
    const bound = 1 / Math.sqrt(embeddingSize);
    return Float32Array.from({ length: count }, () => own.uniform(-bound, bound));
  };
  const [weight, bias] = tf.tidy(() => [
    tf.variable(tf.tensor2d(draw(WEIGHT, embeddingSize * numClasses), [embeddingSize, numClasses])),
    tf.variable(tf.tensor1d(draw(BIAS, numClasses))),
  ]) as [Variable<tf.Rank.R2>, Variable<tf.Rank.R1>];
  return {
    variables: { 'sumix.uncertain.weight': weight, 'sumix.uncertain.bias': bias },
    apply(embedding) {
      checkAlive('sumix', 'head', weight);
      return uncertainty(embedding, weight as Tensor2D, bias as Tensor1D);
    },
    state() {
      checkAlive('sumix', 'head', weight);
      return { tensors: { [WEIGHT]: tf.transpose(weight), [BIAS]: tf.clone(bias) }, values: {} };
    },
    restore({ tensors }) {
      checkTensors(tensors, { [WEIGHT]: [numClasses, embeddingSize], [BIAS]: [numClasses] });
      tf.tidy(() => weight.assign(tf.transpose(tensors[WEIGHT] as Tensor2D)));
      bias.assign(tensors[BIAS] as Tensor1D);
    },
    dispose() {
      for (const variable of [weight, bias]) if (!variable.isDisposed) variable.dispose();
    },
  };
}

/** Throws `STATE_MISMATCH` unless the state holds these shapes and nothing else. */
export function checkTensors(
  tensors: NamedTensors,
  shapes: Readonly<Record<string, readonly number[]>>,
): void {
  const describe = (all: Readonly<Record<string, readonly number[]>>): string =>
    Object.entries(all)
      .map(([name, shape]) => `${name} [${shape}]`)
      .sort()
      .join(', ') || 'nothing';
  const wanted = describe(shapes);
  const got = describe(Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape])));
  if (got === wanted) return;
  throw new MixError(
    `Method.restore: state of sumix must hold ${wanted}; got ${got}. Make the method with the options that the state was saved from`,
    { code: 'STATE_MISMATCH', argument: 'state', received: got },
  );
}
