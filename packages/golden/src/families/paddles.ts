import { type SpectrumPart, stopSpectrum } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareNumbers } from '../check.js';
import { tensor, values } from '../golden-case.js';
import type { Family } from './family.js';

export const paddlesFamily: Family = async (golden) => {
  const features = tensor<tf.Tensor4D>(golden, 'inputs.h');
  const upstream = tensor<tf.Tensor4D>(golden, 'inputs.upstream');
  const stops: [string, SpectrumPart[]][] = [
    ['none', []],
    ['amplitude', ['amplitude']],
    ['phase', ['phase']],
  ];
  const checks: Check[] = [];
  for (const axes of ['spatial', 'all'] as const) {
    for (const [name, stop] of stops) {
      const through = (h: tf.Tensor4D): tf.Tensor4D => stopSpectrum(h, { stop, axes });
      const forward = await through(features).data();
      checks.push(compareNumbers(`${axes}.${name}.forward`, forward, values(golden, 'inputs.h'), 0));
      const gradient = tf.grad((h) => through(h as tf.Tensor4D))(features, upstream);
      checks.push(await compare(golden, `outputs.${axes}.grad_stop_${name}`, gradient));
    }
  }
  return checks;
};
