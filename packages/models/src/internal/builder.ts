import type { Rng } from '@mix/core';
import type { BatchNormOptions } from '../batch-norm-options.js';
import type { ParameterStore } from './parameter-store.js';

/** What a layer needs while a model is built. */
export interface WeightBuilder {
  readonly store: ParameterStore;
  /** Forked by parameter name, so that a weight does not depend on which layers were made before it. */
  readonly rng: Rng;
}

/** What the layers of a network with batch normalisation need. */
export interface Builder extends WeightBuilder {
  readonly batchNorm: Required<BatchNormOptions>;
}
