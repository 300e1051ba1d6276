import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Batch } from './batch.js';
import type { Guide } from './guide.js';
import type { Plan } from './plan.js';
import type { Rng } from './rng.js';
import type { Targets } from './targets.js';

/** What a mixer gets besides the batch. */
export interface MixContext {
  /** Where every draw comes from. */
  readonly rng: Rng;
  /** Share of the training that is done, from 0 to 1; schedules need it. */
  readonly progress?: number;
  /** What a model can tell, for guided mixers. */
  readonly guide?: Guide;
  /** Ask for {@link MixedBatch.masks}; they cost `B·H·W·K` floats, so they are left out unless wanted. */
  readonly masks?: boolean;
}

/** A mixed batch. All tensors are new and belong to the caller, who disposes them with `disposeMixed(mixed)`. */
export type MixedBatch<P extends Plan = Plan> = {
  /** float32 `[B,H,W,C]`. */
  readonly images: Tensor4D;
  /** What the classifier should say. */
  readonly targets: Targets;
  /** int32 `[B,K]`: the row of the batch that each source came from. */
  readonly sources: Tensor2D;
  /** float32 `[B,K]`: share of each source; `lam[:,0]` is the row's own share. */
  readonly lam: Tensor2D;
  /** float32 `[B,H,W,K]`: share of each source in every pixel; only if the context asked for it. */
  readonly masks?: Tensor4D;
  /** What was drawn. */
  readonly plan: P;
};

/** Mixes a batch: borrows it, leaves it unchanged, and gives a new one. */
export type Mixer<P extends Plan = Plan> = (batch: Batch, context: MixContext) => MixedBatch<P>;
