import type { AttentionAddon } from '../kernels/attention.js';
import type { BatchNormInferenceAddon } from '../kernels/batch-norm-inference.js';
import type { BatchNormAddon } from '../kernels/batch-norm-train.js';
import type { BinaryAddon } from '../kernels/binary.js';
import type { BlendAddon } from '../kernels/blend.js';
import type { ConvolutionAddon } from '../kernels/convolution.js';
import type { DepthwiseAddon } from '../kernels/depthwise-convolution.js';
import type { GeluAddon } from '../kernels/gelu.js';
import type { IndexingAddon } from '../kernels/indexing.js';
import type { LayerNormAddon } from '../kernels/layer-norm.js';
import type { MatmulAddon } from '../kernels/matmul.js';
import type { PaddingAddon } from '../kernels/padding.js';
import type { PasteAddon } from '../kernels/paste.js';
import type { PoolingAddon } from '../kernels/pooling.js';
import type { ReductionAddon } from '../kernels/reductions.js';
import type { ResizingAddon } from '../kernels/resizing.js';
import type { SoftCrossEntropyAddon } from '../kernels/soft-cross-entropy.js';
import type { SoftmaxAddon } from '../kernels/softmax.js';
import type { TopKAddon } from '../kernels/top-k.js';
import type { UnaryAddon } from '../kernels/unary.js';
import type { UpdatesAddon } from '../kernels/updates.js';
import type { StridedCopyAddon } from './strided-copy.js';

/** What the C++ addon exports; each family of kernels states its own functions. All check the sizes of the arrays they are given. */
export interface Addon
  extends MemoryAddon,
    UpdatesAddon,
    SoftCrossEntropyAddon,
    BlendAddon,
    PasteAddon,
    BatchNormAddon,
    ConvolutionAddon,
    MatmulAddon,
    BinaryAddon,
    ReductionAddon,
    UnaryAddon,
    GeluAddon,
    LayerNormAddon,
    SoftmaxAddon,
    IndexingAddon,
    PaddingAddon,
    StridedCopyAddon,
    TopKAddon,
    PoolingAddon,
    ResizingAddon,
    BatchNormInferenceAddon,
    DepthwiseAddon,
    AttentionAddon {}

/** Threads and memory. */
export interface MemoryAddon {
  setThreads(threads: number): void;
  oneDnnVersion(): string;
  /** Bytes of scratch memory, given back by releaseScratch. */
  heldBytes(): number;
  releaseScratch(): void;
  /** Aligned memory with anything in it. */
  allocate(bytes: number): ArrayBuffer;
  /** Gives the whole pages of an array of bytes back to the system; what is in them is lost. */
  discard(bytes: Uint8Array, count: number): void;
}
