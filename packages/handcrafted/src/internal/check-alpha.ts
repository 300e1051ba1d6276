import { invalidArgument } from '@mix/core';

/** Throws unless `alpha` is above 0; `Infinity` is the constant λ = ½. */
export function checkAlpha(where: string, alpha: number): void {
  if (!(alpha > 0)) {
    throw invalidArgument(where, 'alpha', 'be above 0', alpha, {
      remedy: 'To switch a mixer off, leave it out.',
    });
  }
}
