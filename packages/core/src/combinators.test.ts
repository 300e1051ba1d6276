import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../test/use-backend.js';
import { assembleMixed } from './assemble-mixed.js';
import type { Batch } from './batch.js';
import { byProgress } from './by-progress.js';
import { choose } from './choose.js';
import { disposeMixed } from './dispose-mixed.js';
import { during } from './during.js';
import { firstHalf } from './first-half.js';
import { identity } from './identity.js';
import type { Mixer } from './mixer.js';
import { perSample } from './per-sample.js';
import { repeat } from './repeat.js';
import { replay } from './replay.js';
import { createRng } from './rng.js';
import { denseTargets } from './targets.js';
import { withProb } from './with-prob.js';

useBackend('cpu');

const batch = (size = 4): Batch => ({
  images: tf.reshape(tf.range(1, size + 1), [size, 1, 1, 1]) as tf.Tensor4D,
  labels: tf.range(0, size, 1, 'int32'),
});

/** Adds a constant, and says so in the plan; `count` sources of equal share. */
const shift = (by: number, count = 1): Mixer => {
  return (given, { rng }) => {
    const size = given.images.shape[0];
    return assembleMixed(given, {
      images: tf.add(given.images, by),
      sources: Array.from({ length: size }, (_, row) =>
        Array.from({ length: count }, (_, k) => (row + k) % size),
      ),
      lam: Array.from({ length: size }, () => Array.from({ length: count }, () => 1 / count)),
      plan: { method: 'shift', shape: [size, 1, 1], by, count, drawn: rng.uniform() },
    });
  };
};

const pixels = (mixed: { images: tf.Tensor4D }): number[] => [...mixed.images.dataSync()];

describe('choose', () => {
  it('takes each mixer as often as its weight says, and records which', () => {
    const mixer = choose([shift(10), shift(20)], { weights: [1, 3] });
    const rng = createRng(1);
    const choices = Array.from({ length: 2000 }, () => {
      const mixed = mixer(batch(1), { rng });
      expect(pixels(mixed)).toEqual([mixed.plan.choice === 0 ? 11 : 21]);
      return mixed.plan.choice;
    });
    const share = choices.filter((choice) => choice === 1).length / 2000;
    expect(Math.abs(share - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / 2000));
  });

  it('refuses no mixers, and weights that do not fit', () => {
    expect(() => choose([])).toThrow(/choose: mixers must hold at least one mixer/);
    expect(() => choose([identity], { weights: [0] })).toThrow(
      /weights must be 1 non-negative numbers, not all 0/,
    );
    expect(() => perSample([identity], { weights: [1, 1] })).toThrow(/perSample: weights/);
  });
});

describe('withProb', () => {
  it.each([0, 0.3, 1])('applies with probability %d, once', (prob) => {
    const mixer = withProb(shift(10), prob);
    const rng = createRng(2);
    const applied = Array.from({ length: 2000 }, () => (pixels(mixer(batch(1), { rng }))[0] === 11 ? 1 : 0));
    const share = applied.reduce<number>((sum, one) => sum + one, 0) / 2000;
    expect(Math.abs(share - prob)).toBeLessThanOrEqual(5 * Math.sqrt((prob * (1 - prob)) / 2000));
  });

  it('leaves the batch bit for bit as it is otherwise', () => {
    const mixed = withProb(shift(10), 0)(batch(), { rng: createRng(0), masks: true });
    expect(pixels(mixed)).toEqual([1, 2, 3, 4]);
    expect([...mixed.lam.dataSync()]).toEqual([1, 1, 1, 1]);
    expect([...denseTargets(mixed.targets, 4).dataSync()]).toEqual([...tf.eye(4).dataSync()]);
    expect(mixed.plan.plan.method).toBe('identity');
    expect(() => withProb(identity, 1.1)).toThrow(/withProb: prob must be a number from 0 to 1; got 1.1/);
  });
});

describe('during', () => {
  it.each([
    [0, false],
    [0.25, true],
    [0.5, true],
    [0.75, false],
    [1, false],
  ])('at progress %d acts: %s', (progress, acts) => {
    const mixer = during(shift(10), { from: 0.25, to: 0.75 });
    expect(pixels(mixer(batch(1), { rng: createRng(0), progress }))).toEqual([acts ? 11 : 1]);
  });

  it('acts to the very end by default, and asks for progress', () => {
    expect(pixels(during(shift(10))(batch(1), { rng: createRng(0), progress: 1 }))).toEqual([11]);
    expect(() => during(shift(10))(batch(1), { rng: createRng(0) })).toThrow(
      /context.progress must be given/,
    );
    expect(() => during(identity, { from: 0.5, to: 0.2 })).toThrow(
      /during: to must be a number from 0.5 to 1/,
    );
  });
});

describe('perSample', () => {
  it('gives each row its own mixer, and pads sources of share 0', () => {
    const mixer = perSample([shift(10), shift(20, 2), identity]);
    const mixed = mixer(batch(30), { rng: createRng(3), masks: false });
    const { choice } = mixed.plan;
    expect(new Set(choice).size).toBe(3);
    pixels(mixed).forEach((value, row) => expect(value).toBe(row + 1 + [10, 20, 0][choice[row] as number]!));
    expect(mixed.lam.shape).toEqual([30, 2]);
    const lam = mixed.lam.arraySync();
    const dense = denseTargets(mixed.targets, 30).arraySync();
    choice.forEach((index, row) => {
      expect(lam[row]).toEqual(index === 1 ? [0.5, 0.5] : [1, 0]);
      expect(dense[row]?.[row]).toBe(index === 1 ? 0.5 : 1);
    });
  });

  it("chooses a row's mixer whatever the batch's size", () => {
    const mixer = perSample([shift(10), identity]);
    const choice = (size: number) => mixer(batch(size), { rng: createRng(4) }).plan.choice;
    expect(choice(20).slice(0, 5)).toEqual(choice(5));
  });

  it('writes targets for every class where one mixer does', () => {
    const soft: Mixer = (given, context) => ({
      ...identity(given, context),
      targets: { kind: 'dense', values: tf.fill([4, 4], 0.25) },
    });
    const mixed = perSample([soft, shift(1)])(batch(), { rng: createRng(1) });
    const { choice } = mixed.plan;
    const values = denseTargets(mixed.targets, 4).arraySync();
    choice.forEach((index, row) => expect(values[row]?.[row]).toBe(index === 0 ? 0.25 : 1));
  });
});

describe('combinators of what does not fit together', () => {
  /** Twice as high, as StackMix's images are. */
  const taller: Mixer = (given, context) => {
    const mixed = shift(1)(given, context);
    const images = tf.concat([mixed.images, mixed.images], 1);
    tf.dispose(mixed.images);
    return { ...mixed, images };
  };

  it.each([
    [
      perSample([repeat(identity, 2), identity]),
      /perSample: mixers must give as many rows as the batch has, 9; got 18/,
    ],
    [
      perSample([taller, identity]),
      /perSample: the mixers must give images of one size; got \[\[2,1,1\],\[1,1,1\]\]/,
    ],
    [repeat(choose([taller, identity]), 9), /repeat: the mixers must give images of one size/],
    [firstHalf(identity), /firstHalf: the mixer must give an even number of rows; got 9/],
  ])('refuse it, and leave nothing behind (%#)', (mixer: Mixer, message) => {
    const given = batch(9);
    const before = tf.memory().numTensors;
    expect(() => mixer(given, { rng: createRng(1) })).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('repeat', () => {
  it('stacks independent mixes of one batch', () => {
    const mixed = repeat(shift(10), 3)(batch(2), { rng: createRng(5) });
    expect(pixels(mixed)).toEqual([11, 12, 11, 12, 11, 12]);
    expect([...mixed.sources.dataSync()]).toEqual([0, 1, 0, 1, 0, 1]);
    const drawn = mixed.plan.plans.map((plan) => (plan as unknown as { drawn: number }).drawn);
    expect(new Set(drawn).size).toBe(3);
    expect(() => repeat(identity, 0)).toThrow(/repeat: times must be an integer of at least 1; got 0/);
  });
});

describe('all of them', () => {
  const mixers: [string, Mixer][] = [
    ['choose', choose([shift(1), shift(2, 2)])],
    ['withProb', withProb(shift(1), 0.5)],
    ['during', during(shift(1))],
    ['perSample', perSample([shift(1), shift(2, 2), identity])],
    ['repeat', repeat(perSample([shift(1), withProb(shift(2, 3), 0.5)]), 2)],
  ];

  it.each(mixers)('%s: keeps its tensors alone', (_name, mixer) => {
    const given = batch(6);
    const before = tf.memory().numTensors;
    const mixed = mixer(given, { rng: createRng(6), progress: 0.5 });
    expect(tf.memory().numTensors - before).toBe(5);
    disposeMixed(mixed);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(given);
  });

  it.each(mixers)('%s: replays from JSON', (_name, mixer) => {
    const appliers = {
      shift: (given: Batch, plan: { by: number; count: number }) => ({
        ...shift(plan.by, plan.count)(given, { rng: createRng(0) }),
        plan: plan as never,
      }),
    };
    for (let seed = 0; seed < 6; seed++) {
      const mixed = mixer(batch(6), { rng: createRng(seed), progress: 0.5 });
      const again = replay(batch(6), JSON.parse(JSON.stringify(mixed.plan)), appliers);
      expect(pixels(again)).toEqual(pixels(mixed));
      expect(JSON.stringify(again.plan)).toBe(JSON.stringify(mixed.plan));
    }
  });

  it('name the applier that replay lacks', () => {
    const { plan } = choose([shift(1)])(batch(1), { rng: createRng(0) });
    expect(() => replay(batch(1), plan, {})).toThrow(
      /replay: plan.method must have an applier; got "shift". Pass \{ shift: applyShift \}/,
    );
  });
});

describe('firstHalf', () => {
  it('keeps the first rows, whose sources are rows of the whole batch, and replays', () => {
    const given = batch(6);
    const before = tf.memory().numTensors;
    const mixed = firstHalf(shift(10, 2))(given, { rng: createRng(0), masks: true });
    expect(tf.memory().numTensors - before).toBe(5);
    expect(pixels(mixed)).toEqual([11, 12, 13]);
    expect([...mixed.sources.dataSync()]).toEqual([0, 1, 1, 2, 2, 3]);
    expect(denseTargets(mixed.targets, 6).shape).toEqual([3, 6]);
    const again = replay(given, JSON.parse(JSON.stringify(mixed.plan)), {
      shift: (b) => shift(10, 2)(b, { rng: createRng(0) }),
    });
    expect(pixels(again)).toEqual(pixels(mixed));
    expect(again.plan).toEqual(mixed.plan);
  });
});

describe('byProgress', () => {
  it('makes the mixer of each batch from the progress', () => {
    const mixer = byProgress((progress) => (progress < 0.5 ? shift(10) : shift(100 * progress)));
    const rng = createRng(0);
    expect(pixels(mixer(batch(1), { rng, progress: 0.2 }))).toEqual([11]);
    expect(pixels(mixer(batch(1), { rng, progress: 0.75 }))).toEqual([76]);
    expect(() => mixer(batch(1), { rng })).toThrow(/byProgress: context.progress must be given, from 0 to 1/);
  });
});

describe('what a combinator refuses', () => {
  const refuse: Mixer = () => {
    throw new Error('no guide');
  };

  it('leaves no tensor of the mixers before', () => {
    const given = batch();
    const before = tf.memory().numTensors;
    let calls = 0;
    const second: Mixer = (...args) => (calls++ === 1 ? refuse : shift(1))(...args);
    const both = perSample([identity, refuse]);
    expect(() => both(given, { rng: createRng(3) })).toThrow('no guide');
    expect(() => repeat(second, 2)(given, { rng: createRng(3) })).toThrow('no guide');
    const [own, other] = [
      { method: 'identity', shape: [4, 1, 1] as const },
      { method: 'other', shape: [4, 1, 1] as const },
    ];
    const plans = [own, null, other];
    for (const plan of [
      { ...own, method: 'repeat', plans: [own, other] },
      { ...own, method: 'perSample', choice: [0, 2, 0, 2], plans },
    ]) {
      expect(() => replay(given, plan, {})).toThrow('Pass { other: applyOther }.');
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([Number.NaN, -0.1, 1.1, undefined])('includes a progress of %s', (progress) => {
    const context = { rng: createRng(0), ...(progress !== undefined && { progress }) };
    expect(() => during(identity)(batch(1), context)).toThrow(
      /^during: context.progress must be given, from 0 to 1/,
    );
    expect(() => byProgress(() => identity)(batch(1), context)).toThrow(/^byProgress: context.progress must/);
  });

  it('includes weights without end, before anything is mixed', () => {
    for (const combine of [choose, perSample])
      expect(() => combine([identity, identity], { weights: [Infinity, 1] })).toThrow(
        /weights must be 2 non-negative numbers/,
      );
  });
});
