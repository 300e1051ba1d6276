import type { Heads, MaskWatch } from '@mix/automix';
import type { Batch, Classifier, Method, MixedBatch, Mixer, Rng } from '@mix/core';
import type { Model } from '@mix/models';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { MixerContext } from '../mixer-entry.js';

/** The network that a method is made for. */
export interface NetworkContext {
  /** Borrowed. */
  readonly classifier: Classifier;
  /** Makes another classifier like it. */
  readonly createTeacher: () => Model;
  /** `[H,W,C]`. */
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly rng: Rng;
}

/** What a learned method is made for. */
export interface LearnedContext extends MixerContext, NetworkContext {
  /** In all heads. */
  readonly labelSmoothing: number;
}

/** Pairs to mix: for each row its partner, and its own share. */
export interface PairRequest {
  readonly partner: readonly number[];
  readonly lam: readonly number[];
}

/** A method that learns its masks, with what can be seen of it. */
export interface Learned {
  readonly method: Method;
  readonly heads: Heads;
  /** Logits of all heads in inference mode, new. */
  readonly classify: (images: Tensor4D) => Readonly<Record<keyof Heads, Tensor2D>>;
  /** Whether the masks are of use on a held-out batch, with a λ for each row. */
  readonly watch: (batch: Batch, rng: Rng) => Promise<MaskWatch>;
  /** Mixes by the masks as they are now, as training draws them. */
  readonly mixer: Mixer;
  /** Mixes given pairs, with masks. */
  readonly mixPairs: (batch: Batch, pairs: PairRequest, rng: Rng) => MixedBatch;
  /** `[B,P,P]`: how much each position of the own image takes of each position of its partner; new. */
  readonly attention: (batch: Batch, pairs: PairRequest, rng: Rng) => Tensor3D;
  /** Frees the method and its teacher. */
  readonly dispose: () => void;
}
