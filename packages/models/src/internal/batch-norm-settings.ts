import { checkPositive, checkRange, invalidArgument } from '@mix/core';
import type { BatchNormOptions } from '../batch-norm-options.js';

/** Checks the option `batchNorm` of the public factory `where` and fills in its defaults. */
export function batchNormSettings(
  where: string,
  { momentum = 0.1, epsilon = 1e-5, frozen = false }: BatchNormOptions = {},
): Required<BatchNormOptions> {
  checkRange(where, 'batchNorm.momentum', momentum, 0, 1);
  checkPositive(where, 'batchNorm.epsilon', epsilon);
  if (![true, false, 'statistics'].includes(frozen)) {
    throw invalidArgument(where, 'batchNorm.frozen', "be true, false or 'statistics'", frozen);
  }
  return { momentum, epsilon, frozen };
}
