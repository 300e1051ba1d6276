import { invalidArgument } from '@mix/core';

/** Throws unless a probability of dropping something leaves something: from 0 to below 1. */
export function checkRate(where: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw invalidArgument(where, name, 'be a number from 0 to below 1', value);
}
