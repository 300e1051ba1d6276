// Imported for what they register: tfjs-layers the gradients, the CPU backend the kernels that this one does not have.
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { availableThreads, checkThreads } from './internal/available-threads.js';
import { registerTable } from './internal/kernel-table.js';
import { loadAddon } from './internal/load-addon.js';
import { NativeBackend } from './internal/native-backend.js';
import { batchNormKernels } from './kernels/batch-norm-train.js';
import { binaryKernels } from './kernels/binary.js';
import { blendKernels } from './kernels/blend.js';
import { allowWinograd, convolutionKernels } from './kernels/convolution.js';
import { creationKernels } from './kernels/creation.js';
import { geluKernels } from './kernels/gelu.js';
import { layerNormKernels } from './kernels/layer-norm.js';
import { matmulKernels } from './kernels/matmul.js';
import { reductionKernels } from './kernels/reductions.js';
import { softCrossEntropyKernels } from './kernels/soft-cross-entropy.js';
import { softmaxKernels } from './kernels/softmax.js';
import { unaryKernels } from './kernels/unary.js';
import { updateKernels } from './kernels/updates.js';

/** Options of {@link registerNative}. */
export interface NativeOptions {
  /**
   * How many threads kernels may use.
   *
   * @defaultValue the environment's `MIX_NATIVE_THREADS`, else the cores that the process may use.
   */
  readonly threads?: number;
  /**
   * Whether 3x3 convolutions with stride 1 may use Winograd's F(4x4, 3x3): up to twice as fast, with errors of about
   * 1e-5 of the largest output instead of 1e-6.
   *
   * @defaultValue true
   */
  readonly winograd?: boolean;
}

/**
 * Registers the backend `'native'`; `await tf.setBackend('native')` then takes it. Calling it again only changes the options given.
 *
 * @throws Error where the addon is not built, with what to install, or where `threads` is no whole number above 0.
 */
export function registerNative({ threads, winograd }: NativeOptions = {}): void {
  if (winograd !== undefined) allowWinograd(winograd);
  const { addon } = loadAddon();
  if (threads !== undefined) addon.setThreads(checkThreads(threads, 'threads'));
  else if (!registered) addon.setThreads(availableThreads());
  if (registered) return;
  registered = true;
  registerTable(kernels);
  tf.registerBackend('native', () => new NativeBackend(addon), 4);
}

let registered = false;

const kernels = {
  ...batchNormKernels,
  ...convolutionKernels,
  ...matmulKernels,
  ...binaryKernels,
  ...creationKernels,
  ...reductionKernels,
  ...unaryKernels,
  ...blendKernels,
  ...softCrossEntropyKernels,
  ...updateKernels,
  ...geluKernels,
  ...layerNormKernels,
  ...softmaxKernels,
};
