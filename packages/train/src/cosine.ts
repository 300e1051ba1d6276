import { checkInteger, checkPositive, checkRange, invalidArgument } from '@mix/core';
import { linearWarmup } from './linear-warmup.js';
import type { Schedule } from './schedule.js';

/** Options of {@link cosine}. */
export interface CosineOptions {
  /** Highest learning rate, above 0. */
  readonly base: number;
  /** Learning rate that the end approaches, at least 0. @defaultValue 0 */
  readonly final?: number;
  /** Steps of linear warm-up, part of `totalSteps`. @defaultValue 0 */
  readonly warmupSteps?: number;
  /** Steps of the whole training: epochs times steps an epoch, which are its batches unless `fit` accumulates. */
  readonly totalSteps: number;
}

/**
 * Half a cosine, per step: `final + (base − final)·(1 + cos(π·t))/2` with t from 0 towards 1 over the steps after the warm-up
 * (PyTorch's `CosineAnnealingLR`, stepped every step). Beyond `totalSteps` it stays at `final`.
 */
export function cosine({ base, final = 0, warmupSteps = 0, totalSteps }: CosineOptions): Schedule {
  checkPositive('cosine', 'base', base);
  checkRange('cosine', 'final', final, 0, Number.MAX_VALUE);
  checkInteger('cosine', 'totalSteps', totalSteps, 1);
  checkInteger('cosine', 'warmupSteps', warmupSteps);
  if (warmupSteps >= totalSteps) {
    throw invalidArgument('cosine', 'warmupSteps', `be below totalSteps, ${totalSteps}`, warmupSteps);
  }
  const length = totalSteps - warmupSteps;
  const annealing = (step: number) =>
    final + ((base - final) * (1 + Math.cos(Math.PI * Math.min(1, step / length)))) / 2;
  return linearWarmup(annealing, warmupSteps);
}
