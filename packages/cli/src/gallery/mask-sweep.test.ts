import { createRng } from '@mix/core';
import { cifarResnet } from '@mix/models';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.js';
import { factoryOf } from '../factories/factory-of.js';
import type { Learned } from '../factories/learned/learned.js';
import { mixers } from '../factories/mixers.js';
import type { Picture } from './canvas.js';
import { drawSweep } from './draw-sweep.js';
import { maskSweep } from './mask-sweep.js';

useBackend('cpu');

const scale = { mean: [0.5, 0.4, 0.3], std: [0.2, 0.25, 0.3] };
const images = Uint8Array.from({ length: 3 * 8 * 4 * 3 }, (_, index) => (37 * index) % 256);

it.each(['automix', 'samix', 'adautomix'])('sweeps the masks of %s over λ', async (mixer) => {
  const content = { method: { mixer, upsampling: ['nearest', 'bilinear'] } };
  const { method } = resolveConfig({ file: { name: 'test', content }, flags: new Map() });
  const before = tf.memory().numTensors;
  const createTeacher = () => cifarResnet({ numClasses: 3, depth: 8, width: 2, rng: createRng(0) });
  const classifier = createTeacher();
  const learned = factoryOf(mixers, mixer).learned?.(method, {
    ...{ classifier, createTeacher, imageShape: [8, 4, 3], rng: createRng(0) },
    ...{ numClasses: 3, scale, labelSmoothing: 0 },
  }) as Learned;
  const rows = await maskSweep(
    learned,
    { images, shape: [3, 8, 4, 3], labels: Int32Array.of(2, 0, 1) },
    { scale, rng: createRng(0), count: 2, classes: ['cat', 'dog', 'eel'] },
  );
  expect(rows).toHaveLength(2);
  for (const [index, { sources, attention, steps }] of rows.entries()) {
    const [own, partner] = sources.map(({ picture }) => picture) as [Picture, Picture];
    expect(sources.map(({ label }) => label)).toEqual(
      [
        ['eel', 'cat'],
        ['cat', 'dog'],
      ][index],
    );
    expect(own.pixels).toEqual(images.slice(index * 96, (index + 1) * 96));
    expect(partner.pixels).toEqual(images.slice((index + 1) * 96, (index + 2) * 96));
    // Half of the image's size: the last stage but one.
    expect([attention.picture.width, attention.picture.height]).toEqual([2, 4]);
    expect(new Set(attention.picture.pixels).has(attention.even ? 128 : 255)).toBe(true);
    expect(steps.map(({ lam }) => lam)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    for (const { mask, mix, shown, spread } of steps) {
      const mean = mask.pixels.reduce((sum, value) => sum + value, 0) / mask.pixels.length / 255;
      expect(mean).toBeCloseTo(shown, 2);
      const squares = mask.pixels.reduce((sum, value) => sum + (value / 255 - mean) ** 2, 0);
      expect(Math.sqrt(squares / mask.pixels.length)).toBeCloseTo(spread, 2);
      for (const [at, value] of mix.pixels.entries()) {
        const share = (mask.pixels[at] as number) / 255;
        const blend = share * (own.pixels[at] as number) + (1 - share) * (partner.pixels[at] as number);
        expect(Math.abs(value - blend)).toBeLessThan(2);
      }
    }
  }
  expect(drawSweep({ title: mixer, rows }).width).toBeGreaterThan(13 * 96);
  learned.dispose();
  classifier.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
