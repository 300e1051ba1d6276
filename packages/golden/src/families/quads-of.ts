import { type GoldenCase, rows, values } from '../golden-case.js';

/** The case's four permutations as four sources a row. */
export function quadsOf(golden: GoldenCase, count: number): number[][] {
  const perms = rows(values(golden, 'inputs.perms'), count);
  return Array.from({ length: count }, (_, row) => perms.map((perm) => perm[row] as number));
}
