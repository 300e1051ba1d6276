import { type Interpolation, resample } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { compare } from '../check.js';
import { tensor } from '../golden-case.js';
import type { Family } from './family.js';

export const upsampleFamily: Family = async (golden) => {
  const x = tensor<tf.Tensor4D>(golden, 'inputs.x');
  const scale = golden.config['scale'] as number;
  const mode = golden.config['mode'] as Interpolation;
  const size = [x.shape[1] * scale, x.shape[2] * scale] as const;
  const up = (input: tf.Tensor): tf.Tensor4D => resample(input as tf.Tensor4D, { size, mode });
  const cotangent = tensor<tf.Tensor4D>(golden, 'inputs.cotangent');
  return [
    await compare(golden, 'outputs.y', up(x)),
    await compare(golden, 'grads.x', tf.grad(up)(x, cotangent)),
  ];
};
