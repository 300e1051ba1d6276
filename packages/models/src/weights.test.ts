import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import { smallModels } from '../test/small-models.js';
import { loadState } from './load-state.js';
import type { Model } from './model.js';
import { saveState } from './save-state.js';

const layersOf = (model: Model, names: Iterable<string>) =>
  new Set([...names].map((name) => model.weights.get(name)?.layer));

describe.each(Object.entries(smallModels))('weights of a model: %s', (_, build) => {
  useBackend('cpu');

  it('belong to stem, stages and what follows, and carry over through a file', async () => {
    const [model, other] = [1, 2].map((seed) => build({ numClasses: 3, rng: createRng(seed) })) as [
      Model,
      Model,
    ];
    const layers = [...layersOf(model, model.weights.keys())] as number[];
    const last = Math.max(...layers);
    // Each stage has weights of its own, and no stage comes before the stem.
    expect(layers).toEqual(
      Array.from({ length: layers.length }, (_, index) => index + last + 1 - layers.length),
    );
    const head = [...model.weights].filter(([, weight]) => weight.head);
    expect(head.map(([, { layer, shape }]) => [layer, shape[0]])).toEqual([
      [last, 3],
      [last, 3],
    ]);
    const bytes = await saveState(model);
    expect(loadState(other, bytes)).toEqual({ skipped: [], resized: [] });
    expect(Buffer.from(await saveState(other)).equals(bytes)).toBe(true);
  });

  it('are left out of the variables where they are frozen', () => {
    const whole = build({ numClasses: 3, rng: createRng(1) });
    const last = Math.max(...([...layersOf(whole, whole.weights.keys())] as number[]));
    const part = build({ numClasses: 3, rng: createRng(1), frozenStages: last - 1 });
    expect(layersOf(part, Object.keys(part.variables))).toEqual(new Set([last]));
    expect([...part.weights.keys()]).toEqual([...whole.weights.keys()]);
    expect(() => build({ numClasses: 3, rng: createRng(1), frozenStages: last })).toThrow(
      `frozenStages must be an integer from 0 (the stem alone) to ${last - 1} (all stages); got ${last}`,
    );
  });
});
