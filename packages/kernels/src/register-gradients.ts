// Imported for the gradients that it registers, which we correct.
import '@tensorflow/tfjs-layers';
import { registerAvgPoolGradient } from './gradients/avg-pool.js';
import { registerBroadcastBinaryGradients } from './gradients/broadcast-binary.js';
import { registerConv2dGradient } from './gradients/conv2d.js';
import { registerDepthwiseConv2dGradient } from './gradients/depthwise-conv2d.js';
import { registerMirrorPadGradient } from './gradients/mirror-pad.js';
import { registerResizeGradients } from './gradients/resize.js';

let registered = false;

/**
 * Corrects the gradients that tfjs-core has wrong on every backend, after `@tensorflow/tfjs-layers` has registered them.
 * The part of `registerKernels` that does without the WebAssembly backend: for WebGL and plain JavaScript.
 * Calling it again does nothing; it neither chooses nor starts a backend.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-webgl';
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerGradients } from '@mix/kernels/gradients';
 *
 * registerGradients();
 * await tf.setBackend('webgl');
 * ```
 */
export function registerGradients(): void {
  if (registered) return;
  registered = true;
  registerAvgPoolGradient();
  registerBroadcastBinaryGradients();
  registerConv2dGradient();
  registerDepthwiseConv2dGradient();
  registerMirrorPadGradient();
  registerResizeGradients();
}
