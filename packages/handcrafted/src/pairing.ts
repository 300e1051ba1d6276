import { invalidArgument, type Rng } from '@mix/core';

/**
 * Gives each row of a batch its partner: `partner[i]` is the row that row i is mixed with. Plain data in every plan, so any
 * function of this shape will do.
 */
export type Pairing = (size: number, rng: Rng) => readonly number[];

/** A uniform permutation; a row is its own partner once in a batch on average. The default of every mixer. */
export const permute: Pairing = (size, rng) => rng.permutation(size);

/** A permutation without a fixed point; a batch of one pairs with itself. */
export const derange: Pairing = (size, rng) => rng.derangement(size);

/** Row i with row B − 1 − i, as timm does; the middle row of an odd batch pairs with itself. Draws nothing. */
export const reverse: Pairing = (size) => Array.from({ length: size }, (_, row) => size - 1 - row);

/** Row i with row i − 1, the first with the last, as torchvision does. Draws nothing. */
export const roll: Pairing = (size) => Array.from({ length: size }, (_, row) => (row + size - 1) % size);

/** Row i of the first half with row i of the second and the other way round, for batches of two streams. Draws nothing. */
export const otherHalf: Pairing = (size) => {
  const half = halfOf('otherHalf', size);
  return Array.from({ length: size }, (_, row) => (row + half) % size);
};

/** Rows of the first half with those of the second in a uniform matching, each the other's partner: DBN-Mix's. */
export const acrossHalves: Pairing = (size, rng) => {
  const half = halfOf('acrossHalves', size);
  const matched = rng.permutation(half);
  const partner = matched.map((other) => half + other);
  matched.forEach((other, row) => {
    partner[half + other] = row;
  });
  return partner;
};

function halfOf(where: string, size: number): number {
  if (size % 2 === 0) return size / 2;
  throw invalidArgument(where, 'the batch', 'have an even number of rows', size, { code: 'BATCH_SIZE' });
}
