import { invalidArgument } from '@mix/core';

/** Throws unless every centre is a row and a column, finite. */
export function checkCentres(where: string, centres: readonly (readonly number[])[]): void {
  for (const centre of centres) {
    if (!(Array.isArray(centre) && centre.length === 2 && centre.every(Number.isFinite))) {
      throw invalidArgument(where, 'plan.centres', 'be [row, column]', centre);
    }
  }
}
