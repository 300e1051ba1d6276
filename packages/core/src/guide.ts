import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

/**
 * What a model can tell a mixer. Every probe is optional; a mixer says which it needs, and a missing one is an error
 * before the first step. Results are new tensors and belong to the caller.
 */
export interface Guide {
  /** Gradient of the *mean* cross-entropy over the batch by the images. */
  readonly inputGradient?: (
    images: Tensor4D,
    labels: Tensor1D | Tensor2D,
    options: { readonly mode: 'eval' | 'train' },
  ) => { grad: Tensor4D; loss: Scalar };
  /** Feature map `[B,h,w,C]` of a stage, counted from 1; `'last'` is the one before global pooling. */
  readonly features?: (images: Tensor4D, stage: number | 'last') => Tensor4D;
  /** Logits from a stage's feature map on. */
  readonly forwardFrom?: (features: Tensor4D, stage: number | 'last') => Tensor2D;
  /** Final dense layer: `kernel [C,classes]`, `bias [classes]`. */
  readonly classifierWeights?: () => { kernel: Tensor2D; bias: Tensor1D };
  /** Attention after softmax: `[B,heads,T,T]` (`rows: 'all'`) or the class token's row `[B,heads,T]`. */
  readonly attention?: (
    images: Tensor4D,
    options: { readonly layer: number | 'last'; readonly rows: 'cls' | 'all' },
  ) => Tensor;
  /** Logits and the class token's attention of one layer, in one forward pass. */
  readonly forwardWithAttention?: (
    images: Tensor4D,
    layer: number | 'last',
  ) => { logits: Tensor2D; clsAttention: Tensor3D };
}
