import { createRng, type HostBatch } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import { prepareImages } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { eraseImages } from './erase-images.js';

useBackend('wasm');

const size = 400;
const host: HostBatch = {
  images: new Uint8Array(size * 16 * 16 * 3).fill(255),
  shape: [size, 16, 16, 3],
  labels: new Int32Array(size).fill(1),
  keys: Array.from({ length: size }, String),
};
const plain = prepareImages({ mean: [0, 0, 0], std: [1, 1, 1] });

it('puts noise into a rectangle of so many training images, and leaves those to evaluate', () => {
  const prepare = eraseImages(plain, 0.25);
  const { numTensors } = tf.memory();
  const batch = prepare(host, createRng(0));
  expect(tf.memory().numTensors - numTensors).toBe(2);
  const pixels = batch.images.dataSync();
  const shares = Array.from({ length: size }, (_, row) => {
    const own = pixels.subarray(row * 768, (row + 1) * 768);
    return own.filter((value) => value !== 1).length / 768;
  });
  const erased = shares.filter((share) => share > 0);
  // 400 draws of ¼: 100, with a deviation of 8.7.
  expect(Math.abs(erased.length - 100)).toBeLessThan(35);
  expect(Math.max(...erased)).toBeLessThan(0.42);
  const noise = [...pixels].filter((value) => value !== 1);
  expect(noise.reduce((sum, value) => sum + value, 0) / noise.length).toBeCloseTo(0, 1);
  expect(noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length).toBeCloseTo(1, 1);
  const seen = prepare(host);
  expect(seen.images.dataSync().every((value) => value === 1)).toBe(true);
  tf.dispose([batch.images, batch.labels, seen.images, seen.labels]);
  expect(tf.memory().numTensors).toBe(numTensors);
});

it('leaves everything as it is where nothing is to be erased', () => {
  expect(eraseImages(plain, 0)).toBe(plain);
});
