import { createRng, type HostBatch, identity, withProb } from '@mix/core';
import { cutmix, mixup } from '@mix/handcrafted';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import type { Picture } from './canvas.js';
import { mixRows } from './mix-rows.js';

useBackend('cpu');

const classes = ['cat', 'dog', 'eel', 'fox'];

/** Four plain images of 10, 20, 30 and 40, each a class of its own. */
function plainBatch(channels: number): HostBatch {
  const length = 8 * 8 * channels;
  return {
    images: Uint8Array.from({ length: 4 * length }, (_, index) => 10 * (1 + Math.floor(index / length))),
    shape: [4, 8, 8, channels],
    labels: Int32Array.of(0, 1, 2, 3),
    keys: ['a', 'b', 'c', 'd'],
  };
}

const options = { batch: plainBatch(3), classes, rng: createRng(0), count: 4 };
const brightness = (label: string) => 10 * (1 + classes.indexOf(label));

it('shows who was mixed with whom, where, and by how much', async () => {
  const before = tf.memory().numTensors;
  const rows = await mixRows({ ...options, mixer: cutmix() });
  expect(tf.memory().numTensors).toBe(before);
  expect(rows).toHaveLength(4);
  for (const [index, { sources, masks, mix, lam, targets }] of rows.entries()) {
    const [mask] = masks.map(({ picture }) => picture) as [Picture];
    // Its mean is λ: nothing to tell apart.
    expect(masks).toEqual([{ picture: mask }]);
    expect(sources[0]?.label).toBe(classes[index]);
    const [own, other] = sources.map(({ label }) => brightness(label)) as [number, number];
    const shown = Array.from({ length: 64 }, (_, pixel) => mix.pixels[3 * pixel]);
    expect(shown).toEqual(
      Array.from({ length: 64 }, (_, pixel) => (mask.pixels[3 * pixel] === 255 ? own : other)),
    );
    expect(shown.filter((_, pixel) => mask.pixels[3 * pixel] === 255).length / 64).toBeCloseTo(lam, 6);
    if (own !== other)
      expect(targets.find(({ label }) => label === classes[index])?.weight ?? 0).toBeCloseTo(lam, 6);
  }
  expect(new Set(rows.map(({ lam }) => lam)).size).toBeGreaterThan(1);
});

it('shows grey images, and blends as they are', async () => {
  const rows = await mixRows({ ...options, batch: plainBatch(1), mixer: mixup() });
  for (const { sources, mix, masks, lam } of rows) {
    const [own, other] = sources.map(({ label }) => brightness(label)) as [number, number];
    for (const value of mix.pixels) expect(Math.abs(value - (lam * own + (1 - lam) * other))).toBeLessThan(1);
    for (const value of masks[0]?.picture.pixels ?? []) expect(Math.abs(value - 255 * lam)).toBeLessThan(1);
  }
});

it.each([identity, withProb(mixup(), 0)])('shows rows that were left as they are', async (mixer) => {
  const [row] = await mixRows({ ...options, mixer, count: 1 });
  expect(row).toMatchObject({ lam: 1, targets: [{ label: 'cat', weight: 1 }] });
  expect(row?.sources).toHaveLength(1);
  expect(row?.mix).toEqual(row?.sources[0]?.picture);
});
