import { createRng, type Rng } from '@mix/core';

/** Draws zeros in no time: for tests that only count or measure what full-size models hold. */
export function stillRng(): Rng {
  const still: Rng = {
    ...{ uniform: () => 0, normal: () => 0, gamma: () => 0, beta: () => 0, integer: () => 0 },
    permutation: (size) => createRng(0).permutation(size),
    derangement: (size) => createRng(0).derangement(size),
    choice: (items) => createRng(0).choice(items),
    fork: () => still,
    split: () => still,
    state: () => createRng(0).state(),
  };
  return still;
}
