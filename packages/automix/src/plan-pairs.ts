import { checkChoice, checkInteger, checkPositive, type Rng } from '@mix/core';

/** Options of {@link planPairs}. */
export interface PairOptions {
  /** λ ~ Beta(alpha, alpha); above 0. @defaultValue 2 */
  readonly alpha?: number;
  /** One λ for the whole batch, as published, or one for each row. @defaultValue 'batch' */
  readonly lamPer?: 'batch' | 'sample';
  /** No row is its own partner (fine-grained data sets): a true derangement, of 2 rows or more. @defaultValue false */
  readonly derangement?: boolean;
}

/** Partners and ratios of a batch: plain numbers. */
export interface Pairs {
  /** The row that each row is mixed with. */
  readonly partner: readonly number[];
  /** The own share of each row, in `[0,1]`. */
  readonly lam: readonly number[];
}

/**
 * Draws partners (a permutation of the rows, fixed points allowed unless asked otherwise) and λ. Numbers only, no tensors.
 *
 * @param size Rows of the batch.
 * @param rng Moves on by one draw.
 * @throws MixError `INVALID_ARGUMENT` for an alpha that is not above 0.
 */
export function planPairs(
  size: number,
  rng: Rng,
  { alpha = 2, lamPer = 'batch', derangement = false }: PairOptions = {},
): Pairs {
  checkInteger('planPairs', 'size', size);
  checkPairOptions('planPairs', { alpha, lamPer });
  const own = rng.split();
  const partner = derangement ? own.derangement(size) : own.permutation(size);
  const one = own.beta(alpha, alpha);
  const lam = partner.map((_, row) => (lamPer === 'batch' ? one : own.fork('lam', row).beta(alpha, alpha)));
  return { partner, lam };
}

/** Throws `INVALID_ARGUMENT` unless pairs can be drawn with these. */
export function checkPairOptions(where: string, { alpha = 2, lamPer = 'batch' }: PairOptions): void {
  checkPositive(where, 'alpha', alpha);
  checkChoice(where, 'lamPer', lamPer, ['batch', 'sample']);
}
