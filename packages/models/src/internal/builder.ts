import type { Rng } from '@mix/core';
import type { BatchNormOptions } from '../batch-norm-options.js';
import type { ParameterStore } from './parameter-store.js';

/** What every layer needs while a model is built. */
export interface Builder {
  readonly store: ParameterStore;
  /** Forked by parameter name, so that a weight does not depend on which layers were made before it. */
  readonly rng: Rng;
  readonly batchNorm: Required<BatchNormOptions>;
}
