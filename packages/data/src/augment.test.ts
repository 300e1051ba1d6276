import { createRng, drawWindow, type Rng } from '@mix/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { all, noise } from '../test/made-data.js';
import { applyRandAugment } from './apply-rand-augment.js';
import type { AugmentOptions } from './augment-options.js';
import type { ImageDataset, ImageSource } from './dataset.js';
import { augmentImage } from './internal/augment-image.js';
import { resizeWindow } from './internal/resize-window.js';
import { createLoader } from './loader.js';
import type { LoaderOptions } from './loader-options.js';
import { planRandAugment } from './plan-rand-augment.js';

const everything: AugmentOptions = {
  resizedCrop: { interpolation: 'bicubic' },
  flip: true,
  randAugment: { prob: 1 },
};

async function png(seed: number, height: number, width: number, channels: 1 | 3 = 3): Promise<ImageSource> {
  const raw = noise(seed, height, width).subarray(0, height * width * channels);
  const image = sharp(raw, { raw: { height, width, channels } }).png();
  return { kind: 'bytes', bytes: await image.toBuffer(), path: `${seed}.png` };
}

function datasetOf(
  images: readonly ImageSource[],
  imageShape?: readonly [number, number, number],
): ImageDataset {
  return {
    ...{ name: 'made', size: images.length, classes: ['a'] },
    ...(imageShape && { imageShape }),
    sample: (index) => ({ key: `k${index}`, label: 0, image: images[index] as ImageSource }),
  };
}

const draws = (rng: Rng, epoch: number, position: number) => rng.fork('augment', epoch).fork(position);

async function pixels(dataset: ImageDataset, options: Partial<LoaderOptions>, epoch = 0, from = 0) {
  const loader = createLoader(dataset, { batchSize: 2, workers: 0, ...options });
  const batches = await all(loader.batches(epoch, from));
  await loader.close();
  return batches.map(({ images }) => [...images]);
}

describe('createLoader with augment', () => {
  it('cuts windows out of whole images, mirrors them and does RandAugment, in this order', async () => {
    const data = datasetOf([await png(1, 40, 24), await png(2, 9, 50)]);
    const rng = createRng(5);
    const [made] = await pixels(data, { imageSize: [8, 6], rng, augment: everything }, 3);
    const expected = [
      { bytes: noise(1, 40, 24), height: 40, width: 24, channels: 3 },
      { bytes: noise(2, 9, 50), height: 9, width: 50, channels: 3 },
    ].flatMap((image, position) => {
      const own = draws(rng, 3, position);
      const window = drawWindow([image.height, image.width], own);
      const cut = resizeWindow(image, window, [8, 6], 'bicubic');
      const line = (row: number) =>
        [0, 1, 2, 3, 4, 5].map((x) => cut.bytes.subarray((row * 6 + x) * 3, (row * 6 + x) * 3 + 3));
      const turned =
        own.uniform() < 0.5
          ? {
              ...cut,
              bytes: Uint8Array.from(
                [...Array(8).keys()].flatMap((row) =>
                  line(row)
                    .reverse()
                    .flatMap((p) => [...p]),
                ),
              ),
            }
          : cut;
      return [...applyRandAugment(turned, planRandAugment([8, 6], own, { prob: 1 })).bytes];
    });
    expect(made).toEqual(expected);
  });

  it('augments pixels, encoded images and grey ones alike', async () => {
    const bytes = noise(3, 6, 6);
    const raw: ImageSource = { kind: 'pixels', pixels: bytes, shape: [6, 6, 3] };
    const grey: ImageSource = { kind: 'pixels', pixels: bytes.slice(0, 36), shape: [6, 6, 1] };
    for (const augment of [everything, { cropPadding: 2, padding: 'reflect', flip: true } as const]) {
      const options = { imageSize: 6, augment };
      const [made] = await pixels(datasetOf([raw, raw]), options);
      expect(await pixels(datasetOf([await png(3, 6, 6), await png(3, 6, 6)]), options)).toEqual([made]);
      const [fromRaw] = await pixels(datasetOf([grey]), options);
      expect([fromRaw]).toEqual(await pixels(datasetOf([await png(3, 6, 6, 1)]), options));
    }
    expect(bytes).toEqual(noise(3, 6, 6));
  });

  it('gives the same whatever the threads, from any batch on, and never an image twice', async () => {
    const images = await Promise.all([1, 2, 3, 4, 5].map((seed) => png(seed, 12, 10)));
    const data = datasetOf(images);
    const options = { imageSize: 8, shuffle: true, rng: createRng(2), augment: everything };
    const expected = await pixels(data, options, 1);
    expect(await pixels(data, { ...options, workers: 2 }, 1)).toEqual(expected);
    expect(await pixels(data, options, 1, 2)).toEqual(expected.slice(2));
    expect(await pixels(data, options, 2)).not.toEqual(expected);
    const again = {
      imageSize: 8,
      augment: everything,
      sampler: (size: number) => new Array<number>(size).fill(0),
    };
    const rows = (await pixels(data, { ...again, batchSize: 1 })).map(String);
    expect(new Set(rows).size).toBe(5);
  });

  it('augments what stands in for a corrupt image, too', async () => {
    const bad: ImageSource = { kind: 'bytes', bytes: new Uint8Array(4), path: 'bad.png' };
    const options = { imageSize: 8, augment: everything, onCorrupt: 'replace', batchSize: 1 } as const;
    const replaced = await pixels(datasetOf([bad, await png(1, 12, 10)]), options);
    const whole = await pixels(datasetOf([await png(1, 12, 10), await png(1, 12, 10)]), options);
    expect(replaced).toEqual(whole);
  });

  it.each<[Partial<LoaderOptions>, string]>([
    [{ cache: true }, 'createLoader: cache must be false with augment'],
    [{ augment: { cropPadding: 1, resizedCrop: {} } }, 'augment.cropPadding must be 0 with resizedCrop'],
    [{ augment: { cropPadding: 6, padding: 'reflect' } }, "be below the image's sides, 6 and 6; got 6"],
    [{ augment: { cropPadding: -1 } }, 'augment.cropPadding must be an integer'],
    [{ augment: { resizedCrop: { scale: [0, 1] } } }, 'createLoader: scale must be two numbers above 0'],
    [
      { augment: { randAugment: { magnitude: 20 } } },
      'createLoader: magnitude must be a number from 0 to 10',
    ],
  ])('refuses %o', (options, message) => {
    const raw: ImageSource = { kind: 'pixels', pixels: noise(3, 6, 6), shape: [6, 6, 3] };
    const made = () => createLoader(datasetOf([raw], [6, 6, 3]), { batchSize: 1, augment: {}, ...options });
    expect(made).toThrow(message);
  });

  it('refuses grey images that are not made RGB', () => {
    const raw: ImageSource = { kind: 'pixels', pixels: new Uint8Array(36), shape: [6, 6, 1] };
    const made = () => createLoader(datasetOf([raw], [6, 6, 1]), { batchSize: 1, augment: { flip: true } });
    expect(made).toThrow('augment must come with images of 3 channels; got "1 channels". Give imageSize');
  });
});

describe('augmentImage', () => {
  // np.pad(image, 2, mode='reflect') and mode='constant', from every place that a window can have
  const image = {
    bytes: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
    height: 3,
    width: 4,
    channels: 1,
  };
  const padded = {
    reflect: [
      [11, 10, 9, 10, 11, 12, 11, 10],
      [7, 6, 5, 6, 7, 8, 7, 6],
      [3, 2, 1, 2, 3, 4, 3, 2],
      [7, 6, 5, 6, 7, 8, 7, 6],
      [11, 10, 9, 10, 11, 12, 11, 10],
      [7, 6, 5, 6, 7, 8, 7, 6],
      [3, 2, 1, 2, 3, 4, 3, 2],
    ],
    black: [
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 1, 2, 3, 4, 0, 0],
      [0, 0, 5, 6, 7, 8, 0, 0],
      [0, 0, 9, 10, 11, 12, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ],
  };

  it.each(['reflect', 'black'] as const)('cuts every window out of an image padded with %s', (padding) => {
    const windows = new Set<string>();
    for (let top = 0; top < 5; top++) {
      for (let left = 0; left < 5; left++) {
        windows.add(String(padded[padding].slice(top, top + 3).map((row) => row.slice(left, left + 4))));
      }
    }
    const rng = createRng(0);
    const seen = new Set<string>();
    for (let draw = 0; draw < 300; draw++) {
      seen.add(String([...augmentImage(image, [3, 4], rng, { cropPadding: 2, padding }).bytes]));
    }
    expect(seen).toEqual(windows);
  });
});
