import { describe, expect, it } from 'vitest';
import { verdict } from './soak.js';

/** Samples of which the first two, the warm-up, are far above the rest. */
function samples(count, at) {
  return Array.from({ length: count }, (_, index) => ({
    numTensors: 100,
    numBytes: 1000,
    residentMiB: 500,
    ...(index < 2 ? { numTensors: 1, residentMiB: 900 } : at(index)),
  }));
}

describe('verdict', () => {
  it('is zero for a run that is steady after its warm-up', () => {
    const steady = verdict(samples(20, () => ({})));
    expect(steady).toEqual({ tensorsGrown: 0, bytesGrown: 0, residentGrownMiB: 0 });
  });

  it('tells growth from a single peak', () => {
    expect(verdict(samples(22, (index) => ({ numTensors: 100 + index }))).tensorsGrown).toBe(18);
    expect(verdict(samples(22, (index) => ({ residentMiB: 500 + 10 * index }))).residentGrownMiB).toBe(150);
    expect(
      verdict(samples(22, (index) => ({ residentMiB: index === 21 ? 800 : 500 }))).residentGrownMiB,
    ).toBe(0);
  });

  it('says nothing of a run too short to judge', () => {
    expect(verdict(samples(4, () => ({})))).toEqual({});
  });
});
