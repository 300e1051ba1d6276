import { createRng, type HostBatch } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareImages } from './prepare-images.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

const host: HostBatch = {
  images: Uint8Array.of(0, 255, 51, 102, 0, 255, 204, 153),
  shape: [1, 2, 2, 2],
  labels: Int32Array.of(1),
  keys: ['a'],
};

describe('prepareImages', () => {
  it('normalises as ToTensor and Normalize do', () => {
    const before = tf.memory().numTensors;
    const { images, labels } = prepareImages({ mean: [0.5, 0.25], std: [0.5, 0.25] })(host, createRng(0));
    expect(tf.memory().numTensors - before).toBe(2);
    // ((x / 255) - mean) / std by hand
    [-1, 3, -0.6, 0.6, -1, 3, 0.6, 1.4].forEach((expected, index) => {
      expect(images.dataSync()[index]).toBeCloseTo(expected, 6);
    });
    expect(labels.dtype).toBe('int32');
    expect(Array.from(labels.dataSync())).toEqual([1]);
  });

  it('pads with black, which ends as -mean/std, in training only', () => {
    const prepare = prepareImages({ mean: [0.5, 0.25], std: [0.5, 0.25], cropPadding: 2 });
    const white: HostBatch = {
      images: new Uint8Array(64 * 8).fill(255),
      shape: [64, 2, 2, 2],
      labels: new Int32Array(64),
      keys: [],
    };
    const seen = new Set(Array.from(prepare(white, createRng(1)).images.dataSync(), (x) => x.toFixed(4)));
    expect([...seen].sort()).toEqual(['-1.0000', '1.0000', '3.0000']);
    const plain = new Set(prepare(white).images.dataSync());
    expect(plain.size).toBe(2);
  });

  it('draws from the rng alone', () => {
    const prepare = prepareImages({ mean: [0, 0], std: [1, 1], flip: true, cropPadding: 1 });
    const draw = (seed: number) => Array.from(prepare(host, createRng(seed)).images.dataSync());
    expect(draw(0)).toEqual(draw(0));
    expect(new Set(Array.from({ length: 12 }, (_, seed) => draw(seed).join())).size).toBeGreaterThan(4);
  });

  it('takes soft labels', () => {
    const soft: HostBatch = { ...host, labels: Float32Array.of(0.25, 0.75, 0) };
    const { labels } = prepareImages({ mean: [0, 0], std: [1, 1] })(soft);
    expect(labels.shape).toEqual([1, 3]);
    expect(labels.dtype).toBe('float32');
  });

  it.each([
    [{ mean: [], std: [] }, 'prepareImages: mean must be finite numbers, one a channel; got []'],
    [{ mean: [0], std: [0] }, 'prepareImages: std must be 1 finite numbers above 0; got [0]'],
    [{ mean: [0, 0], std: [1] }, 'prepareImages: std must be 2 finite numbers above 0; got [1]'],
    [{ mean: [0], std: [1], padding: 'mirror' as never }, "prepareImages: padding must be one of 'black', "],
    [
      { mean: [0], std: [1], resizedCrop: { scale: [0.5, 2] as const } },
      'prepareImages: scale must be a number from 0 to 1; got 2',
    ],
    [
      { mean: [0], std: [1], resizedCrop: { interpolation: 'nearest' as never } },
      "prepareImages: resizedCrop.interpolation must be one of 'bilinear', 'bicubic'; got",
    ],
  ])('refuses %o', (options, message) => {
    expect(() => prepareImages(options)).toThrow(message);
  });

  it.each([
    [{ images: new Uint8Array(7) }, 'images must hold 8 bytes, for [1,2,2,2]; got 7'],
    [{ labels: Int32Array.of(1, 2) }, 'labels must hold a class for each of 1 images; got 2'],
    [{ labels: new Float32Array(0) }, 'labels must hold as many values for each of 1 images; got 0'],
    [{ labels: Uint8Array.of(1) as never }, 'labels must be an Int32Array of classes, or a Float32Array'],
  ])('refuses a batch of %o before it uploads any of it', (part, message) => {
    const { numTensors } = tf.memory();
    const prepare = prepareImages({ mean: [0, 0], std: [1, 1] });
    expect(() => prepare({ ...host, ...part })).toThrow(`prepareImages: ${message}`);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('refuses images of other channels', () => {
    expect(() => prepareImages({ mean: [0], std: [1] })(host)).toThrow(
      'prepareImages: images must have 1 channels, as mean has; got [1,2,2,2]',
    );
  });
});
