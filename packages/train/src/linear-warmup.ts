import { checkInteger } from '@mix/core';
import type { Schedule } from './schedule.js';

/**
 * Raises the learning rate linearly to the schedule's first one: step `s < warmupSteps` gets
 * `schedule(0) · (s + 1) / warmupSteps`; after that `schedule` starts, from its own step 0.
 *
 * @param schedule What follows the warm-up.
 * @param warmupSteps Steps of the warm-up; 0 gives `schedule` unchanged.
 */
export function linearWarmup(schedule: Schedule, warmupSteps: number): Schedule {
  checkInteger('linearWarmup', 'warmupSteps', warmupSteps);
  const first = schedule(0);
  return (step) => (step < warmupSteps ? (first * (step + 1)) / warmupSteps : schedule(step - warmupSteps));
}
