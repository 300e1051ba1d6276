import {
  type Applier,
  createRng,
  denseTargets,
  isMixError,
  type MixedBatch,
  type Mixer,
  plainTargets,
  type Rng,
  replay,
  type Targets,
  type WithProbPlan,
  withProb,
} from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { damagedPlans } from './damaged-plans.js';
import { tinyBatch } from './tiny-batch.js';
import { useBackend } from './use-backend.js';

/** What a mixer promises beyond the contract of all. */
export interface MixerContract {
  /** How its plans are applied again. */
  readonly appliers: Readonly<Record<string, Applier>>;
  /** Every pixel is a bitwise copy of one source's. @defaultValue false */
  readonly copies?: boolean;
  /** It deletes pixels, so that the masks show less than λ, and only what they show is compared. @defaultValue false */
  readonly deletes?: boolean;
  /** Pixels come from elsewhere in their source; where from is for the mixer's own tests. @defaultValue false */
  readonly moves?: boolean;
  /** Targets are changed after the mix, by a rule that is no part of the plan. @defaultValue false */
  readonly relabels?: boolean;
  /** Height and width that come out of an image. @defaultValue the image's */
  readonly size?: (height: number, width: number) => readonly [height: number, width: number];
  /** It needs an even number of rows, as those do that mix two streams. @defaultValue false */
  readonly even?: boolean;
  /** Rows that come out of B rows. @defaultValue B */
  readonly rows?: (size: number) => number;
}

const shapes = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  size: fc.integer({ min: 1, max: 7 }),
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.constantFrom(1, 3),
});

// What random shapes may miss: one row, one pixel, one line, one column, an odd batch, images that are not square.
const edges = [
  { seed: 0, size: 1, height: 1, width: 1, channels: 1 },
  { seed: 0, size: 1, height: 1, width: 9, channels: 3 },
  { seed: 0, size: 3, height: 8, width: 1, channels: 1 },
  { seed: 0, size: 5, height: 4, width: 7, channels: 3 },
].map((shape): [typeof shape] => [shape]);

/** The contract suite: what every mixer of mix must do. On the CPU backend, unless the run names another. */
export function describeMixer(name: string, mixer: Mixer, contract: MixerContract): void {
  const { appliers, copies = false, deletes = false, moves = false, relabels = false } = contract;
  const { rows = (size) => size, size = (height, width) => [height, width], even = false } = contract;
  const allowed = (count: number): number => (even ? count + (count % 2) : count);

  describe(`${name}: the contract of mixers`, () => {
    useBackend('cpu');
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    it('keeps shapes, label mass, inputs and tensor count, and shows λ of each source', () => {
      fc.assert(
        fc.property(shapes, ({ seed, ...drawn }) => {
          const shape = { ...drawn, size: allowed(drawn.size) };
          const batch = tinyBatch(shape);
          const before = bytesOf(batch.images);
          const labels = bytesOf(batch.labels);
          const tensors = tf.memory().numTensors;
          const mixed = mixer(batch, { rng: createRng(seed), progress: 0.5, masks: true });
          const { images, sources, lam, targets, masks } = mixed;
          const own = tf.memory().numTensors - tensors;
          expect(own).toBe(targets.kind === 'sparse' ? 6 : 5);
          const [height, width] = size(shape.height, shape.width);
          expect(images.shape).toEqual([rows(shape.size), height, width, shape.channels]);
          expect(bytesOf(batch.images).equals(before)).toBe(true);
          expect(bytesOf(batch.labels).equals(labels)).toBe(true);
          expect(lam.shape).toEqual(sources.shape);
          for (const mass of rowSums(lam)) expect(mass).toBeCloseTo(1, 5);
          for (const mass of rowSums(denseTargets(targets, 3))) expect(mass).toBeCloseTo(1, 5);
          expect(masks?.shape).toEqual([...images.shape.slice(0, 3), lam.shape[1]]);
          const shown = tf.mean(masks as tf.Tensor4D, [1, 2]).dataSync();
          shown.forEach((share, index) => {
            const most = lam.dataSync()[index] as number;
            if (deletes) expect(share).toBeLessThanOrEqual(most + 1e-5);
            else expect(share).toBeCloseTo(most, 5);
          });
          if (!moves) checkPixels(batch.images, mixed, { copies, deletes });
        }),
        { numRuns: 25, examples: edges },
      );
    });

    it.each([0, 1, 2 ** 31 - 1, 2 ** 53 - 1])(
      'repeats exactly for seed %i, and differs from the next draw',
      (seed) => {
        const batch = tinyBatch({ size: 6, height: 16, width: 16 });
        const draw = (rng: Rng): MixedBatch => mixer(batch, { rng, progress: 0.5 });
        const rng = createRng(seed);
        const first = draw(rng);
        expect(bytesOf(draw(createRng(seed)).images).equals(bytesOf(first.images))).toBe(true);
        // Two draws may agree by chance, eight do not.
        const repeated = JSON.stringify(first.plan);
        let draws = 1;
        while (draws < 8 && JSON.stringify(draw(rng).plan) === repeated) draws++;
        expect(draws).toBeLessThan(8);
      },
    );

    it('gives the same batch bit for bit from a plan read back from JSON', () => {
      const batch = tinyBatch({ size: allowed(5), height: 7, width: 9 });
      for (let seed = 0; seed < 5; seed++) {
        const mixed = mixer(batch, { rng: createRng(seed), progress: 0.5, masks: true });
        const again = replay(batch, JSON.parse(JSON.stringify(mixed.plan)), appliers, { masks: true });
        expect(bytesOf(again.images).equals(bytesOf(mixed.images))).toBe(true);
        expect(bytesOf(again.lam).equals(bytesOf(mixed.lam))).toBe(true);
        expect(bytesOf(again.sources).equals(bytesOf(mixed.sources))).toBe(true);
        expect(bytesOf(again.masks as tf.Tensor).equals(bytesOf(mixed.masks as tf.Tensor))).toBe(true);
        if (!relabels) expect(valuesOf(again.targets)).toEqual(valuesOf(mixed.targets));
        expect(JSON.stringify(again.plan)).toBe(JSON.stringify(mixed.plan));
      }
    });

    it('refuses a damaged plan with an error that says what is wrong', () => {
      const batch = tinyBatch({ size: 2, height: 3, width: 4 });
      const { plan: whole } = mixer(batch, { rng: createRng(1), progress: 0.5 });
      const accepted = damagedPlans(whole).flatMap(({ damage, plan, senseless }) => {
        // Which mixer was chosen plays no part in what is done again.
        if (whole.method === 'choose' && damage.startsWith('plan.choice')) return [];
        const error = refusal(() => tf.tidy(() => void replay(batch, plan, appliers)));
        if (error === undefined ? !senseless : isMixError(error)) return [];
        return [`${damage}: ${error ?? 'accepted'}`];
      });
      expect(accepted).toEqual([]);
    });

    it('mixes always with probability 1, and never with 0', () => {
      const batch = tinyBatch({ size: 6 });
      const rng = createRng(4);
      rng.uniform();
      const own = mixer(batch, { rng: rng.split(), progress: 0.5 });
      const [always, never] = [1, 0].map((prob) =>
        withProb(mixer, prob)(batch, { rng: createRng(4), progress: 0.5 }),
      ) as [MixedBatch<WithProbPlan>, MixedBatch<WithProbPlan>];
      expect(always.plan.plan).toEqual(own.plan);
      expect(bytesOf(always.images).equals(bytesOf(own.images))).toBe(true);
      expect(bytesOf(never.images).equals(bytesOf(batch.images))).toBe(true);
      expect([...never.lam.dataSync()]).toEqual(Array(6).fill(1));
      const plain = denseTargets(plainTargets(batch.labels), 3);
      expect(denseTargets(never.targets, 3).dataSync()).toEqual(plain.dataSync());
    });

    it('mixes soft labels as it mixes classes', () => {
      const batch = tinyBatch({ size: 6 });
      const soft = tf.cast(tf.oneHot(batch.labels as tf.Tensor1D, 3), 'float32') as tf.Tensor2D;
      const sparse = mixer(batch, { rng: createRng(3), progress: 0.5 });
      const dense = mixer({ images: batch.images, labels: soft }, { rng: createRng(3), progress: 0.5 });
      const wanted = denseTargets(sparse.targets, 3).dataSync();
      denseTargets(dense.targets, 3)
        .dataSync()
        .forEach((value, index) => expect(value).toBeCloseTo(wanted[index] as number, 6));
    });

    it('refuses labels of another length', () => {
      const { images } = tinyBatch({ size: 4 });
      const labels = tf.tensor1d([0, 1, 2], 'int32');
      expect(() => mixer({ images, labels }, { rng: createRng(0), progress: 0.5 })).toThrow(
        /labels must have 4 rows, as images have; got \[3/,
      );
    });
  });
}

function refusal(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

// A copy. Comparing arrays value by value would take most of the suite's time.
function bytesOf(x: tf.Tensor): Buffer {
  return Buffer.from(new Uint8Array(x.dataSync().slice().buffer));
}

function valuesOf(targets: Targets): unknown {
  return Object.entries(targets).map(([key, x]) => [key, typeof x === 'string' ? x : x.dataSync()]);
}

function rowSums(x: tf.Tensor2D): Float32Array {
  return tf.sum(x, 1).dataSync() as Float32Array;
}

// The mask says what is shown: Σ_k mask_k · source_k, and for copying mixers exactly the source whose mask is 1.
function checkPixels(
  images: tf.Tensor4D,
  { images: mixed, masks, sources }: MixedBatch,
  { copies, deletes }: { readonly copies: boolean; readonly deletes: boolean },
): void {
  const count = sources.shape[1];
  const parts = Array.from({ length: count }, (_, source) => {
    const rows = tf.reshape(tf.slice(sources, [0, source], [-1, 1]), [-1]) as tf.Tensor1D;
    const mask = tf.slice(masks as tf.Tensor4D, [0, 0, 0, source], [-1, -1, -1, 1]);
    return tf.mul(tf.gather(images, rows), mask);
  });
  const wanted = tf.addN(parts).dataSync();
  const shown = tf.sum(masks as tf.Tensor4D, 3, true);
  const got = (deletes ? tf.mul(mixed, shown) : mixed).dataSync();
  let worst = 0;
  got.forEach((value, index) => {
    worst = Math.max(worst, Math.abs(value - (wanted[index] as number)));
  });
  expect(worst).toBeLessThanOrEqual(copies ? 0 : 1e-6);
}
