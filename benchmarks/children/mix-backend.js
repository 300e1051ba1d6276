import { selectBackend } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Brings up what a side computes on: mix's way by `selectBackend`, or for `plain-cpu` and `plain-wasm` tfjs alone, with the
 * gradients that tfjs-layers registers and without our kernels.
 *
 * @returns For the native backend its counts of kernels that it left to plain JavaScript.
 */
export async function startBackend(name) {
  await import('@tensorflow/tfjs-layers');
  const plain = /^plain-(.*)$/.exec(name)?.[1];
  if (plain !== undefined) {
    await import(`@tensorflow/tfjs-backend-${plain}`);
    if (!(await tf.setBackend(plain))) throw new Error(`tfjs could not start its backend ${plain}`);
    return {};
  }
  await selectBackend(name, { load: (specifier) => import(specifier) });
  if (name !== 'native') return {};
  const { fallbacks, resetFallbacks } = await import('@mix/native');
  return { fallbacks, resetFallbacks };
}
