import { createRng } from '@mix/core';
import { expect, it } from 'vitest';
import { selectRanked } from './select-ranked.js';

const rng = createRng(3);

it.each<[string, number[]]>([
  ['one', [5]],
  ['equal ones', [2, 2, 2, 2]],
  ['in order', [1, 2, 3, 4, 5, 6]],
  ['backwards, with infinities', [Infinity, 4, 3, 2, -Infinity]],
  ['any, some equal', Array.from({ length: 101 }, () => Math.floor(20 * rng.normal()))],
])('finds every rank of numbers: %s', (_, values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted.map((__, rank) => selectRanked(Float64Array.from(values), rank));
  expect(found).toEqual(sorted);
});
