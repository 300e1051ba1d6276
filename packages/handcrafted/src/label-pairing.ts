import type { Rng } from '@mix/core';

/**
 * Gives each row of a batch its partner by the rows' classes: `partner[i]` is the row that row i is mixed with. Any function
 * of this shape will do; `withLabels` lets every mixer of pairs use it.
 */
export type LabelPairing = (classes: ArrayLike<number>, rng: Rng) => readonly number[];

/** Each row with another row of its class, as a permutation without a fixed point; a row alone in its class keeps itself. */
export const sameClass: LabelPairing = (classes, rng) => {
  const partner: number[] = new Array(classes.length);
  for (const rows of rowsByClass(classes).values()) {
    const order = rng.derangement(rows.length);
    rows.forEach((row, position) => {
      partner[row] = rows[order[position] as number] as number;
    });
  }
  return partner;
};

/**
 * Each row with a row drawn uniformly from those of other classes, so that some row may be taken twice and another not at all.
 * A batch of one class pairs by a uniform permutation.
 */
export const differentClass: LabelPairing = (classes, rng) => {
  const size = classes.length;
  const byClass = rowsByClass(classes);
  if (byClass.size < 2) return rng.permutation(size);
  const others = new Map(
    [...byClass.keys()].map((own) => {
      const rows = Array.from({ length: size }, (_, row) => row);
      return [own, rows.filter((row) => classes[row] !== own)];
    }),
  );
  return Array.from({ length: size }, (_, row) => rng.choice(others.get(classes[row] as number) as number[]));
};

function rowsByClass(classes: ArrayLike<number>): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (let row = 0; row < classes.length; row++) {
    const own = classes[row] as number;
    const held = rows.get(own);
    if (held === undefined) rows.set(own, [row]);
    else held.push(row);
  }
  return rows;
}
