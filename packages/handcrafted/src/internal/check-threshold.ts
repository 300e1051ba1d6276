import { invalidArgument } from '@mix/core';

/** Throws unless `threshold`, below which rows count, is a finite number. */
export function checkThreshold(where: string, threshold: number): void {
  if (!Number.isFinite(threshold)) throw invalidArgument(where, 'threshold', 'be a finite number', threshold);
}
