import { checkRange, invalidArgument } from '@mix/core';

/** Throws unless there is one λ in `[0,1]` for each row. */
export function checkLamOfRows(where: string, lam: readonly number[], rows: number): void {
  if (lam.length !== rows) {
    throw invalidArgument(where, 'lam', `have one number for each of ${rows} rows`, lam.length, {
      code: 'BATCH_SIZE',
    });
  }
  for (const own of lam) checkRange(where, 'lam', own, 0, 1);
}
