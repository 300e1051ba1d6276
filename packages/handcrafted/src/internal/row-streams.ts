import type { Rng } from '@mix/core';

/** A stream for each row of a batch: a row's draws depend on the stream and the row alone, not on the other rows. */
export function rowStreams(size: number, own: Rng): Rng[] {
  return Array.from({ length: size }, (_, row) => own.fork('row', row));
}
