import { checkAlive, checkInteger, type NamedVariables, type Rng } from '@mix/core';
import type { Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link createMixupHead}. */
export interface MixupHeadOptions {
  /** Width of the classifier's embedding. */
  readonly embeddingSize: number;
  /** Number of classes. */
  readonly numClasses: number;
  /** Where the first weights come from. */
  readonly rng: Rng;
}

/** A second linear classifier on the embedding, for mixed images. */
export interface MixupHead {
  /** `fc.weight` `[D,classes]` and `fc.bias` `[classes]`. */
  readonly variables: NamedVariables;
  /** Logits `[B,classes]` of an embedding `[B,D]`; a new tensor. */
  logits(embedding: Tensor2D): Tensor2D;
  /** Frees the variables; may be called twice. */
  dispose(): void;
}

/**
 * Makes the mixup head of AutoMix: `embedding · weight + bias`, weights from N(0, 0.01²) and bias 0. The one-hot head is the
 * classifier's own.
 */
export function createMixupHead({ embeddingSize, numClasses, rng }: MixupHeadOptions): MixupHead {
  checkInteger('createMixupHead', 'embeddingSize', embeddingSize, 1);
  checkInteger('createMixupHead', 'numClasses', numClasses, 1);
  const values = Float32Array.from({ length: embeddingSize * numClasses }, () => rng.normal(0, 0.01));
  const weight = tf.tidy(() => tf.variable(tf.tensor2d(values, [embeddingSize, numClasses])));
  const bias = tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R1>([numClasses])));
  return {
    variables: { 'fc.weight': weight as Variable, 'fc.bias': bias as Variable },
    logits(embedding) {
      checkAlive('MixupHead', 'weights', weight);
      return tf.fused.matMul({ a: embedding, b: weight as Tensor2D, bias: bias as Tensor1D }) as Tensor2D;
    },
    dispose: () => tf.dispose([weight, bias].filter((variable) => !variable.isDisposed)),
  };
}
