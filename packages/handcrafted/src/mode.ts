import { checkChoice, invalidArgument, type Rng } from '@mix/core';
import { type Pairing, permute, reverse } from './pairing.js';

/**
 * How draws are shared: `batch`, one for all rows; `elem`, one a row; `pair`, one for a row and its mirror image
 * `B − 1 − i`, which are each other's partners. timm's names and meanings.
 */
export type MixMode = 'batch' | 'pair' | 'elem';

/** Options of every pairwise mixer. */
export interface PairOptions {
  /** How draws are shared. @defaultValue 'batch' */
  readonly mode?: MixMode;
  /** Who is mixed with whom. @defaultValue {@link permute}, and {@link reverse} for `pair`, which allows no other */
  readonly pairing?: Pairing;
}

/** The modes in which a mixer with partners of its own draws. */
export type OwnPairsMode = Exclude<MixMode, 'pair'>;

/** Throws unless the options are those of a pairwise mixer. */
export function checkPairing(where: string, { mode = 'batch', pairing }: PairOptions): void {
  checkChoice(where, 'mode', mode, ['batch', 'pair', 'elem']);
  if (mode === 'pair' && pairing !== undefined && pairing !== reverse) {
    throw invalidArgument(where, 'pairing', "be `reverse` when mode is 'pair'", pairing.name);
  }
}

/** What every pairwise mixer draws first. */
export interface PairDraws {
  /** The partner of each row. */
  readonly partner: readonly number[];
  /** Draws what else there is for each row, from the row's own stream; once for rows that share a draw, which get the same result. */
  readonly draw: <T extends {}>(of: (own: Rng) => T) => T[];
}

/**
 * Draws the partners of a batch, and prepares what else is drawn by row: a row's draws depend on the stream
 * and the row alone, not on the other rows.
 */
export function drawPairs(
  where: string,
  size: number,
  rng: Rng,
  { mode = 'batch', pairing = mode === 'pair' ? reverse : permute }: PairOptions,
): PairDraws {
  checkPairing(where, { mode, pairing });
  const own = rng.split();
  const partner = pairing(size, own.fork('partner'));
  const valid = partner.every((other) => Number.isInteger(other) && other >= 0 && other < size);
  if (partner.length !== size || !valid) {
    throw invalidArgument(where, 'pairing', `give ${size} rows from 0 to ${size - 1}`, partner);
  }
  const shared = (row: number): number =>
    mode === 'batch' ? 0 : mode === 'elem' ? row : Math.min(row, size - 1 - row);
  const draw = <T extends {}>(of: (own: Rng) => T): T[] => {
    const drawn: T[] = [];
    return partner.map((_, row) => (drawn[shared(row)] ??= of(own.fork('row', shared(row)))));
  };
  return { partner, draw };
}
