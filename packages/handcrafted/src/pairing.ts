import type { Rng } from '@mix/core';

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
