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

/** How a probe that is part of training runs. */
export interface ProbeOptions {
  /**
   * Run as `forward` runs in training: batch statistics in BatchNorm, and their running update; dropout and the like.
   * @defaultValue false
   */
  readonly training?: boolean;
}

/**
 * What a model can tell a mixer. Every probe is optional; a mixer says which it needs, and a missing one is an error
 * before the first step. Results are new tensors and belong to the caller.
 */
export interface Guide {
  /**
   * Gradient of the *mean* cross-entropy over the batch by the images. `'train'` normalises by the batch's statistics (and drops
   * what training drops); in both modes the model's state stays as it was. Nothing of it is on an outer gradient's tape.
   */
  readonly inputGradient?: (
    images: Tensor4D,
    labels: Tensor1D | Tensor2D,
    options: { readonly mode: 'eval' | 'train' },
  ) => InputGradient;
  /**
   * Feature map `[B,h,w,C]` of a stage, counted from 1; `'last'` is the one before global pooling. Differentiable, as is
   * `forwardFrom`: use `withoutGradient` where no gradient is wanted.
   */
  readonly features?: (images: Tensor4D, stage: number | 'last', options?: ProbeOptions) => Tensor4D;
  /** Logits from a stage's feature map on: `features` and `forwardFrom` are the two halves of a forward pass. */
  readonly forwardFrom?: (features: Tensor4D, stage: number | 'last', options?: ProbeOptions) => Tensor2D;
  /** The final dense layer: copies, off the gradient's tape. */
  readonly classifierWeights?: () => DenseWeights;
  /**
   * Attention after softmax of a layer, counted from 1: `[B,heads,T,T]` (`rows: 'all'`) or the class token's row `[B,heads,T]`.
   * T counts all tokens, the class token first. In inference mode.
   */
  readonly attention?: (
    images: Tensor4D,
    options: { readonly layer: number | 'last'; readonly rows: 'cls' | 'all' },
  ) => Tensor;
  /** Logits and the class token's attention of one layer, in one forward pass. */
  readonly forwardWithAttention?: (
    images: Tensor4D,
    layer: number | 'last',
    options?: ProbeOptions,
  ) => AttendedLogits;
}
