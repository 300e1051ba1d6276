import { invalidArgument } from '@mix/core';

/** Throws unless `alpha`, the parameter of a Beta distribution, is above 0; `Infinity` is the constant λ = ½. */
export function checkAlpha(where: string, alpha: number, argument = 'alpha'): void {
  if (!(alpha > 0)) {
    throw invalidArgument(where, argument, 'be above 0', alpha, {
      remedy: 'To switch a mixer off, leave it out.',
    });
  }
}
