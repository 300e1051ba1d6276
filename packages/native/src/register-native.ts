// Imported for what they register: tfjs-layers the gradients, the CPU backend the kernels that this one does not have.
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { registerGradients } from '@mix/kernels/gradients';
import * as tf from '@tensorflow/tfjs-core';
import { availableThreads, checkThreads } from './internal/available-threads.js';
import { registerTable } from './internal/kernel-table.js';
import { type Isa, loadAddon } from './internal/load-addon.js';
import { NativeBackend } from './internal/native-backend.js';
import { attentionKernels } from './kernels/attention.js';
import { batchNormInferenceKernels } from './kernels/batch-norm-inference.js';
import { batchNormKernels } from './kernels/batch-norm-train.js';
import { binaryKernels } from './kernels/binary.js';
import { blendKernels } from './kernels/blend.js';
import { concatenationKernels } from './kernels/concatenations.js';
import { allowWinograd, convolutionKernels } from './kernels/convolution.js';
import { creationKernels } from './kernels/creation.js';
import { depthwiseConvolutionKernels } from './kernels/depthwise-convolution.js';
import { fusedConvolutionKernels } from './kernels/fused-convolution.js';
import { geluKernels } from './kernels/gelu.js';
import { groupedConvolutionKernels } from './kernels/grouped-convolution.js';
import { indexingKernels } from './kernels/indexing.js';
import { layerNormKernels } from './kernels/layer-norm.js';
import { matmulKernels } from './kernels/matmul.js';
import { paddingKernels } from './kernels/padding.js';
import { pasteKernels } from './kernels/paste.js';
import { poolingKernels } from './kernels/pooling.js';
import { rearrangementKernels } from './kernels/rearrangements.js';
import { reductionKernels } from './kernels/reductions.js';
import { resizingKernels } from './kernels/resizing.js';
import { sliceKernels } from './kernels/slices.js';
import { softCrossEntropyKernels } from './kernels/soft-cross-entropy.js';
import { softmaxKernels } from './kernels/softmax.js';
import { topKKernels } from './kernels/top-k.js';
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
   * Whether 3x3 convolutions with stride 1 may use Winograd's F(4x4, 3x3): up to twice as fast, with errors of
   * 1e-6 to 2e-6 of the largest output, once to twice those of a direct convolution.
   *
   * @defaultValue true
   */
  readonly winograd?: boolean;
}

/** What the backend computes with. */
export interface NativeReport {
  /** The instruction set that the addon uses here; `'generic'` on processors that are not x86-64. */
  readonly isa: Isa;
  /** How many threads kernels may use. */
  readonly threads: number;
  /** Version of oneDNN, as in `'2.6.3'`. */
  readonly oneDnn: string;
}

/**
 * Registers the backend `'native'`, and corrects the gradients that tfjs-core has wrong on every backend; `await tf.setBackend('native')`
 * then takes it. Calling it again changes the options given, and registers the backend again where it was removed. Threads and
 * tensors belong to the main thread or the worker that called.
 *
 * @returns What it computes with.
 * @throws Error where the addon is not built, with what to install, or where `threads` is no whole number from 1 to 1024.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { registerNative } from '@mix/native';
 *
 * registerNative();
 * await tf.setBackend('native');
 * ```
 */
export function registerNative({ threads, winograd }: NativeOptions = {}): NativeReport {
  const { addon, isa } = loadAddon();
  if (threads !== undefined) threadsInUse = checkThreads(threads, 'threads');
  threadsInUse ??= availableThreads();
  addon.setThreads(threadsInUse);
  if (winograd !== undefined) allowWinograd(winograd);
  if (!registered) {
    registerTable(kernels);
    registerGradients();
  }
  registered = true;
  if (tf.findBackendFactory('native') == null)
    tf.registerBackend('native', () => new NativeBackend(addon), PRIORITY);
  return { isa, threads: threadsInUse, oneDnn: addon.oneDnnVersion() };
}

let registered = false;
let threadsInUse: number | undefined;

// Above tfjs' own backends, the fastest of which has 3.
const PRIORITY = 4;

const kernels = {
  ...batchNormKernels,
  ...convolutionKernels,
  ...matmulKernels,
  ...binaryKernels,
  ...creationKernels,
  ...reductionKernels,
  ...unaryKernels,
  ...blendKernels,
  ...pasteKernels,
  ...softCrossEntropyKernels,
  ...updateKernels,
  ...geluKernels,
  ...layerNormKernels,
  ...softmaxKernels,
  ...concatenationKernels,
  ...indexingKernels,
  ...paddingKernels,
  ...rearrangementKernels,
  ...sliceKernels,
  ...topKKernels,
  ...poolingKernels,
  ...resizingKernels,
  ...batchNormInferenceKernels,
  ...depthwiseConvolutionKernels,
  ...fusedConvolutionKernels,
  ...groupedConvolutionKernels,
  ...attentionKernels,
};
