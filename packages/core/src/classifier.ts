import type { Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { State } from './state.js';

/** Variables by name. */
export type NamedVariables = Readonly<Record<string, Variable>>;

/** Acts on the features of one stage in mid-forward: how a latent mixer (Manifold Mixup, AlignMix) reaches inside. */
export interface Intercept {
  /** 0 is the input, `n` the output of the n-th stage. */
  readonly stage: number;
  /** Gives what replaces the features; must be differentiable. */
  readonly apply: (features: Tensor4D) => Tensor4D;
}

/** How to run a forward pass. */
export interface ForwardOptions {
  /** Batch statistics in BatchNorm (and their running update), dropout and the like. */
  readonly training: boolean;
  /** Change the features of one stage on the way. */
  readonly intercept?: Intercept;
}

/** What a forward pass gives; new tensors, the caller's. */
export type ClassifierOutput = {
  /** `[B,classes]`. */
  readonly logits: Tensor2D;
  /** `[B,D]`: pooled features before the classifier's last layer. */
  readonly embedding: Tensor2D;
  /** Feature maps `[B,h,w,C]`: `stages[n - 1]` is the output of stage n, after `intercept`. */
  readonly stages: Tensor4D[];
  /** Softmax attention `[B,heads,T,T]` of the last block, where there is one. */
  readonly attention?: Tensor4D;
};

/** An image classifier with feature taps. `@mix/models` has some; any object of this shape will do. */
export interface Classifier {
  /** Runs the network on float32 `[B,H,W,C]`. Differentiable by images and variables. */
  forward(images: Tensor4D, options: ForwardOptions): ClassifierOutput;
  /** The trainable parameters. */
  readonly variables: NamedVariables;
  /** Number of classes. */
  readonly numClasses: number;
  /** Parameters and buffers (running statistics), as fresh tensors. */
  state(): State;
  /** Takes back what {@link Classifier.state} gave; throws `STATE_MISMATCH` and changes nothing if it does not fit. */
  restore(state: State): void;
}
