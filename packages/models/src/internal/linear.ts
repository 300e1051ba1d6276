import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Builder } from './builder.js';
import { uniformFanIn } from './initialisers.js';

/** Makes `<name>.weight` and `<name>.bias`, and gives `x · weight + bias` for `[B,in]`. */
export function createLinear(
  { store, rng }: Builder,
  name: string,
  inSize: number,
  outSize: number,
): (x: Tensor2D) => Tensor2D {
  const draw = (parameter: string, count: number) => uniformFanIn(rng.fork(parameter), count, inSize);
  const weight = store.parameter<tf.Rank.R2>(
    `${name}.weight`,
    [inSize, outSize],
    draw(`${name}.weight`, inSize * outSize),
    'linear',
  );
  const bias = store.parameter<tf.Rank.R1>(`${name}.bias`, [outSize], draw(`${name}.bias`, outSize));
  return (x) => tf.add(tf.matMul(x, weight), bias) as Tensor2D;
}
