import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { normal, uniformFanIn } from './initialisers.js';

/** Sizes and first weights of a linear layer. */
export interface LinearOptions {
  readonly inSize: number;
  readonly outSize: number;
  /** Draw the weight from N(0, deviation²) and start the bias at 0, as timm's transformers do; else PyTorch's default for both. */
  readonly deviation?: number;
  /** Whether there is a bias. @defaultValue true */
  readonly bias?: boolean;
  /** Start the bias at 0. @defaultValue true with `deviation`, else false */
  readonly zeroBias?: boolean;
}

/** Makes `<name>.weight` and, unless told otherwise, `<name>.bias`, and gives `x · weight + bias` for `[B,in]`. */
export function createLinear(
  { store, rng }: WeightBuilder,
  name: string,
  { inSize, outSize, deviation, bias: hasBias = true, zeroBias = deviation !== undefined }: LinearOptions,
): (x: Tensor2D) => Tensor2D {
  const [weightName, biasName] = [`${name}.weight`, `${name}.bias`] as const;
  const weights =
    deviation === undefined
      ? uniformFanIn(rng.fork(weightName), inSize * outSize, inSize)
      : normal(rng.fork(weightName), inSize * outSize, deviation);
  const weight = store.parameter<tf.Rank.R2>(weightName, [inSize, outSize], weights, 'linear');
  if (!hasBias) return (x) => tf.matMul(x, weight);
  const biases = zeroBias ? new Float32Array(outSize) : uniformFanIn(rng.fork(biasName), outSize, inSize);
  const bias = store.parameter<tf.Rank.R1>(biasName, [outSize], biases);
  // Never transposed: tfjs' WebAssembly kernel then adds the bias wrongly.
  return (x) => tf.fused.matMul({ a: x, b: weight, bias }) as Tensor2D;
}
