import { checkPositive } from '@mix/core';
import type { Schedule } from './schedule.js';

/** The same learning rate at every step. */
export function constant(base: number): Schedule {
  checkPositive('constant', 'base', base);
  return () => base;
}
