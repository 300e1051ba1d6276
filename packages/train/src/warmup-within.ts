import { checkInteger, checkRange } from '@mix/core';
import type { Schedule } from './schedule.js';

/**
 * Warms up over the beginning of a schedule instead of before it: step `s < warmupSteps` gets `schedule(s) · (from + (1 − from)·s/warmupSteps)`,
 * later ones `schedule(s)`. This is the linear warm-up of mmcv, and so of openmixup.
 *
 * @param schedule What is warmed up.
 * @param warmupSteps Steps of the warm-up; 0 gives `schedule` unchanged.
 * @param from Share of the learning rate that the first step has, from 0 to 1.
 */
export function warmupWithin(schedule: Schedule, warmupSteps: number, from = 0): Schedule {
  checkInteger('warmupWithin', 'warmupSteps', warmupSteps);
  checkRange('warmupWithin', 'from', from, 0, 1);
  return (step) =>
    step < warmupSteps ? schedule(step) * (from + ((1 - from) * step) / warmupSteps) : schedule(step);
}
