import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

/** What {@link Guide.inputGradient} gives. */
export type InputGradient = {
  /** float32 `[B,H,W,C]`. */
  readonly grad: Tensor4D;
  /** The mean cross-entropy. */
  readonly loss: Scalar;
};

/** A final dense layer. */
export type DenseWeights = {
  /** float32 `[C,classes]`. */
  readonly kernel: Tensor2D;
  /** float32 `[classes]`. */
  readonly bias: Tensor1D;
};

/** What {@link Guide.forwardWithAttention} gives. */
export type AttendedLogits = {
  /** float32 `[B,classes]`. */
  readonly logits: Tensor2D;
  /** The class token's attention `[B,heads,T]`. */
  readonly clsAttention: Tensor3D;
};

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
  ) => InputGradient;
  /** Feature map `[B,h,w,C]` of a stage, counted from 1; `'last'` is the one before global pooling. */
  readonly features?: (images: Tensor4D, stage: number | 'last') => Tensor4D;
  /** Logits from a stage's feature map on. */
  readonly forwardFrom?: (features: Tensor4D, stage: number | 'last') => Tensor2D;
  /** The final dense layer. */
  readonly classifierWeights?: () => DenseWeights;
  /** Attention after softmax: `[B,heads,T,T]` (`rows: 'all'`) or the class token's row `[B,heads,T]`. */
  readonly attention?: (
    images: Tensor4D,
    options: { readonly layer: number | 'last'; readonly rows: 'cls' | 'all' },
  ) => Tensor;
  /** Logits and the class token's attention of one layer, in one forward pass. */
  readonly forwardWithAttention?: (images: Tensor4D, layer: number | 'last') => AttendedLogits;
}
