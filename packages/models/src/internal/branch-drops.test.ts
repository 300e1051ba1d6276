import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { branchDrops } from './branch-drops.js';
import { DropPath } from './drop-path.js';

describe('branchDrops', () => {
  useBackend('cpu');

  it('grow linearly from nothing in the first block of all to the rate in the last', () => {
    const drops = branchDrops({ layer: new DropPath(createRng(0)), rate: 0.6 }, [1, 3]);
    expect(drops.map((stage) => stage.length)).toEqual([1, 3]);
    expect(drops[0]?.[0]).toBeUndefined();
    const kept = drops[1]?.map((drop) =>
      tf.tidy(() => tf.max(drop?.(tf.ones([64, 1])) as tf.Tensor).arraySync() as number),
    );
    // What is kept is scaled up by 1 / (1 − rate), which tells the rate.
    [0.2, 0.4, 0.6].forEach((rate, index) => expect(kept?.[index]).toBeCloseTo(1 / (1 - rate), 5));
  });

  it('are none without a rate', () => {
    expect(branchDrops(undefined, [1, 2])).toEqual([[undefined], [undefined, undefined]]);
  });
});
