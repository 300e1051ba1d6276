// Imported for the kernels that it registers, which we correct.
import '@tensorflow/tfjs-backend-wasm';
import { allowWinograd } from './internal/winograd.js';
import { registerAttention } from './kernels/attention.js';
import { registerBatchNormTrain } from './kernels/batch-norm-train.js';
import { registerBatchNormTrainGrad } from './kernels/batch-norm-train-grad.js';
import { registerBlend } from './kernels/blend.js';
import { registerConvolution } from './kernels/convolution.js';
import { registerCpuConvolution } from './kernels/cpu-convolution.js';
import { registerDepthwise } from './kernels/depthwise.js';
import { registerFusedBatchNorm } from './kernels/fused-batch-norm.js';
import { registerGather } from './kernels/gather.js';
import { registerGelu } from './kernels/gelu.js';
import { registerGroupedConvolution } from './kernels/grouped-convolution.js';
import { registerIdentity } from './kernels/identity.js';
import { registerLayerNorm } from './kernels/layer-norm.js';
import { registerMatMul } from './kernels/mat-mul.js';
import { registerPadding } from './kernels/padding.js';
import { registerPaste } from './kernels/paste.js';
import { registerPooling } from './kernels/pooling.js';
import { registerReduction } from './kernels/reduction.js';
import { registerSegmentSum } from './kernels/segment-sum.js';
import { registerSlice } from './kernels/slice.js';
import { registerTranspose } from './kernels/transpose.js';
import { registerUpdates } from './kernels/updates.js';
import { registerGradients } from './register-gradients.js';

let registered = false;

/** What `registerKernels` can be told. */
export interface RegisterOptions {
  /**
   * Whether 3x3 convolutions with stride 1 may use Winograd's F(4x4, 3x3): two to three times as fast, with
   * errors of 1e-6 to 2e-6 of the largest output, once to twice those of a direct convolution.
   *
   * @defaultValue true
   */
  readonly winograd?: boolean;
}

/**
 * Registers the kernels that tfjs' WebAssembly backend lacks, has wrong or has slow, and corrects the
 * gradients that tfjs-core has wrong on every backend. Calling it again only takes over the options it is given; it may come
 * before or after `tf.setBackend('wasm')`, and it neither chooses nor starts a backend.
 *
 * @throws Error from a kernel, when it first runs, on an engine without WebAssembly SIMD.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerKernels } from '@mix/kernels';
 *
 * registerKernels();
 * await tf.setBackend('wasm');
 * ```
 */
export function registerKernels({ winograd }: RegisterOptions = {}): void {
  if (winograd !== undefined) allowWinograd(winograd);
  if (registered) return;
  registered = true;
  for (const register of kernels) register();
  registerGradients();
}

const kernels = [
  registerAttention,
  registerBatchNormTrain,
  registerBatchNormTrainGrad,
  registerBlend,
  registerConvolution,
  registerCpuConvolution,
  registerDepthwise,
  registerFusedBatchNorm,
  registerGather,
  registerGelu,
  registerGroupedConvolution,
  registerIdentity,
  registerLayerNorm,
  registerMatMul,
  registerPadding,
  registerPaste,
  registerPooling,
  registerReduction,
  registerSegmentSum,
  registerSlice,
  registerTranspose,
  registerUpdates,
] as const;
