import { selectBackend } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Brings up what a side computes on: mix's way by `selectBackend`, or for `plain-cpu` and `plain-wasm` tfjs alone, with the
 * gradients that tfjs-layers registers and without our kernels.
 *
 * @returns `versions`, and for the native backend its counts of kernels that it left to plain JavaScript.
 */
export async function startBackend(name) {
  await import('@tensorflow/tfjs-layers');
  const plain = /^plain-(.*)$/.exec(name)?.[1];
  if (plain !== undefined) {
    await import(`@tensorflow/tfjs-backend-${plain}`);
    if (!(await tf.setBackend(plain))) throw new Error(`tfjs could not start its backend ${plain}`);
    return { versions: {} };
  }
  await selectBackend(name, { load: (specifier) => import(specifier) });
  if (name !== 'native') return { versions: {} };
  const { fallbacks, registerNative, resetFallbacks } = await import('@mix/native');
  const { isa, oneDnn } = registerNative(); // again, for its report
  return { versions: { isa, oneDnn }, fallbacks, resetFallbacks };
}
