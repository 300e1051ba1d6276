import { registerGradients } from './register-gradients.js';
import { registerWebgpuAddN } from './webgpu/add-n.js';
import { registerWebgpuSum } from './webgpu/sum.js';
import { registerWebgpuTranspose } from './webgpu/transpose.js';

let registered = false;

/**
 * Corrects what tfjs' WebGPU backend has wrong, and the gradients that tfjs-core has wrong on every backend
 * (`registerGradients`). Calling it again does nothing; it neither chooses nor starts a backend.
 *
 * @throws Error where `@tensorflow/tfjs-backend-webgpu` was not imported before.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-webgpu';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerWebgpuKernels } from '@mix/kernels/webgpu';
 *
 * registerWebgpuKernels();
 * await tf.setBackend('webgpu');
 * ```
 */
export function registerWebgpuKernels(): void {
  if (registered) return;
  registerWebgpuAddN();
  registerWebgpuSum();
  registerWebgpuTranspose();
  registerGradients();
  registered = true;
}
