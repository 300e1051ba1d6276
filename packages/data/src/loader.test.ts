import { createRng } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { all, jpeg, keysOf, noise, png, temporaryFolder, writeShard } from '../test/made-data.js';
import type { ImageDataset, ImageSource } from './dataset.js';
import { drawnShapes } from './drawn-shapes.js';
import { createLoader } from './loader.js';
import type { CorruptPolicy } from './loader-options.js';
import { openTarShards } from './tar-shards.js';

function datasetOf(images: readonly ImageSource[], shape = [8, 8, 3] as const): ImageDataset {
  return {
    name: 'made',
    size: images.length,
    classes: ['a', 'b', 'c'],
    imageShape: shape,
    sample: (index) => ({ key: `k${index}`, label: index % 3, image: images[index] as ImageSource }),
  };
}

const bytesOf = (bytes: Uint8Array, path = 'memory'): ImageSource => ({ kind: 'bytes', bytes, path });

// Ten images, those at `bad` unreadable.
async function partlyCorrupt(bad: readonly number[]): Promise<ImageDataset> {
  const images: ImageSource[] = [];
  for (let index = 0; index < 10; index++) {
    const bytes = await jpeg(index);
    images.push(bytesOf(bad.includes(index) ? bytes.subarray(0, bytes.length / 2) : bytes, `${index}.jpg`));
  }
  return datasetOf(images);
}

describe('createLoader', () => {
  it('says what an epoch is', () => {
    const loader = createLoader(drawnShapes({ size: 10 }), { batchSize: 4 });
    expect(loader).toMatchObject({ numSamples: 10, numBatches: 3, batchSize: 4, numClasses: 10 });
    expect(loader.imageShape).toEqual([32, 32, 3]);
    const whole = createLoader(drawnShapes({ size: 10 }), { batchSize: 4, dropLast: true });
    expect(whole).toMatchObject({ numSamples: 8, numBatches: 2 });
  });

  it('gives every sample once an epoch, in the order of the data set or in one of its own', async () => {
    const data = drawnShapes({ size: 10 });
    const inOrder = await all(createLoader(data, { batchSize: 4 }).batches(0));
    expect(inOrder.map(({ shape }) => shape[0])).toEqual([4, 4, 2]);
    expect([...(inOrder[0]?.labels ?? [])]).toEqual([0, 1, 2, 3]);
    const shuffled = createLoader(data, { batchSize: 4, shuffle: true });
    const [first, second] = [await all(shuffled.batches(0)), await all(shuffled.batches(1))];
    expect(keysOf(first)).not.toEqual(keysOf(second));
    expect(keysOf(first).flat().sort()).toEqual(keysOf(inOrder).flat());
    expect(keysOf(second).flat().sort()).toEqual(keysOf(inOrder).flat());
  });

  it.each([0, 1, 2 ** 31])('repeats for seed %i and differs from another', async (seed) => {
    const run = (from: number) =>
      all(
        createLoader(drawnShapes({ size: 12 }), {
          batchSize: 5,
          shuffle: true,
          rng: createRng(from),
        }).batches(3),
      );
    expect(await run(seed)).toEqual(await run(seed));
    expect(keysOf(await run(seed))).not.toEqual(keysOf(await run(seed + 1)));
  });

  it('handles batches of one, and a batch larger than the data', async () => {
    const data = drawnShapes({ size: 3 });
    expect(await all(createLoader(data, { batchSize: 1 }).batches(0))).toHaveLength(3);
    const [only] = await all(createLoader(data, { batchSize: 8 }).batches(0));
    expect(only?.shape).toEqual([3, 32, 32, 3]);
  });

  it.each<[CorruptPolicy, readonly number[]]>([
    ['error', []],
    ['skip', [0, 1, 4, 9]],
    ['replace', [0, 1, 4, 9]],
  ])('resumes in mid-epoch with %s exactly', async (onCorrupt, bad) => {
    const data = await partlyCorrupt(bad);
    for (const cache of [false, true]) {
      const options = { batchSize: 3, shuffle: true, workers: 0, onCorrupt, maxCorrupt: 5, cache } as const;
      const whole = await all(createLoader(data, options).batches(2));
      for (let from = 0; from <= 4; from++) {
        expect(await all(createLoader(data, options).batches(2, from))).toEqual(whole.slice(from));
      }
    }
  });

  it('skips corrupt rows and leaves the other batches alone', async () => {
    const loader = createLoader(await partlyCorrupt([1, 6]), {
      batchSize: 3,
      workers: 0,
      onCorrupt: 'skip',
      maxCorrupt: 2,
    });
    expect(keysOf(await all(loader.batches(0)))).toEqual([
      ['k0', 'k2'],
      ['k3', 'k4', 'k5'],
      ['k7', 'k8'],
      ['k9'],
    ]);
    await all(loader.batches(1));
    expect(loader.corrupt().map(({ index, key, path }) => [index, key, path])).toEqual([
      [1, 'k1', '1.jpg'],
      [6, 'k6', '6.jpg'],
    ]);
    expect(loader.corrupt()[0]?.reason).toMatch(/premature end|VipsJpeg/i);
  });

  it('fills a batch that skipping would leave empty', async () => {
    const options = { batchSize: 2, workers: 0, onCorrupt: 'skip', maxCorrupt: 3 } as const;
    const batches = await all(createLoader(await partlyCorrupt([2, 3]), options).batches(0));
    expect(keysOf(batches)).toEqual([['k0', 'k1'], ['k4'], ['k4', 'k5'], ['k6', 'k7'], ['k8', 'k9']]);
  });

  it('replaces a corrupt sample by the next good one, label and all', async () => {
    const options = { batchSize: 5, workers: 0, onCorrupt: 'replace', maxCorrupt: 3 } as const;
    const [first, second] = await all(createLoader(await partlyCorrupt([1, 2, 9]), options).batches(0));
    expect(first?.keys).toEqual(['k0', 'k3', 'k3', 'k3', 'k4']);
    expect([...(first?.labels ?? [])]).toEqual([0, 0, 0, 0, 1]);
    expect(second?.keys).toEqual(['k5', 'k6', 'k7', 'k8', 'k0']);
  });

  it('stops at the first corrupt image by default, with one line', async () => {
    const loader = createLoader(await partlyCorrupt([4]), { batchSize: 2, workers: 0 });
    await expect(all(loader.batches(0))).rejects.toMatchObject({
      code: 'CORRUPT_DATA',
      message: expect.stringMatching(
        /^createLoader: k4 in 4\.jpg is unusable: [^\n]+ Repair or remove it[^\n]+$/,
      ),
    });
  });

  it.each(['skip', 'replace'] as const)('counts with %s and stops above the ceiling', async (onCorrupt) => {
    const data = await partlyCorrupt([1, 2, 3]);
    const loader = createLoader(data, { batchSize: 2, workers: 0, onCorrupt, maxCorrupt: 2 });
    await expect(all(loader.batches(0))).rejects.toThrow(
      /^createLoader: 3 samples are unusable in made, more than maxCorrupt = 2: k1 \(/,
    );
    const one = createLoader(data, { batchSize: 2, workers: 0, onCorrupt, maxCorrupt: 0 });
    await expect(all(one.batches(0))).rejects.toThrow(
      'createLoader: 1 sample is unusable in made, more than',
    );
    const enough = createLoader(data, { batchSize: 2, workers: 0, onCorrupt, maxCorrupt: 3 });
    await all(enough.batches(0));
    expect(enough.corrupt()).toHaveLength(3);
  });

  it('says so when nothing is left to replace with', async () => {
    const bad = datasetOf([bytesOf(new Uint8Array(4)), bytesOf(new Uint8Array(4))]);
    const loader = createLoader(bad, { batchSize: 2, workers: 0, onCorrupt: 'skip', maxCorrupt: 2 });
    await expect(all(loader.batches(0))).rejects.toThrow('no sample of made is usable; for one, k0');
  });

  it('names an image of another size, and scales where a size is given', async () => {
    const data = datasetOf([bytesOf(await jpeg(0)), bytesOf(await png(1, 8, 12), 'x/wide.png')]);
    await expect(all(createLoader(data, { batchSize: 2, workers: 0 }).batches(0))).rejects.toMatchObject({
      code: 'SHAPE',
      message:
        'createLoader: k1 in x/wide.png is 8x12x3, not 8x8x3 as expected. Give imageSize to scale all images to one size',
    });
    const scaled = createLoader(data, { batchSize: 2, workers: 0, imageSize: [6, 10] });
    const [batch] = await all(scaled.batches(0));
    expect(batch?.shape).toEqual([2, 6, 10, 3]);
    const drawn = createLoader(drawnShapes({ size: 2 }), { batchSize: 2, workers: 0, imageSize: 40 });
    expect((await all(drawn.batches(0)))[0]?.shape).toEqual([2, 40, 40, 3]);
  });

  it('makes RGB of gray, and drops alpha', async () => {
    const { default: sharp } = await import('sharp');
    const gray = await sharp(Buffer.alloc(64, 90), { raw: { height: 8, width: 8, channels: 1 } })
      .png()
      .toBuffer();
    const clear = await sharp(Buffer.alloc(256, 7), { raw: { height: 8, width: 8, channels: 4 } })
      .png()
      .toBuffer();
    const data = datasetOf([
      bytesOf(gray),
      bytesOf(clear),
      { kind: 'pixels', pixels: noise(0, 8, 8), shape: [8, 8, 3] },
    ]);
    const [batch] = await all(createLoader(data, { batchSize: 3, workers: 0 }).batches(0));
    expect([...(batch?.images.subarray(0, 192) ?? [])]).toEqual(new Array(192).fill(90));
    expect([...(batch?.images.subarray(192, 384) ?? [])]).toEqual(new Array(192).fill(7));
    expect(batch?.images.subarray(384)).toEqual(noise(0, 8, 8));
  });

  it('decodes once with a cache', async () => {
    let asked = 0;
    const data = await partlyCorrupt([]);
    const counted = {
      ...data,
      sample: (index: number) => {
        asked++;
        return data.sample(index);
      },
    };
    const loader = createLoader(counted, { batchSize: 4, workers: 0, cache: true, shuffle: true });
    const first = await all(loader.batches(0));
    const before = asked;
    expect(await all(loader.batches(0))).toEqual(first);
    expect(asked).toBe(before);
  });

  it.each([
    [{ batchSize: 0 }, 'batchSize must be an integer of at least 1; got 0'],
    [{ batchSize: 2, workers: -1 }, 'workers must be an integer of at least 0; got -1'],
    [{ batchSize: 2, prefetch: 0.5 }, 'prefetch must be an integer of at least 0; got 0.5'],
    [{ batchSize: 2, imageSize: 0 }, 'imageSize must be an integer of at least 1; got 0'],
    [{ batchSize: 9, dropLast: true }, 'batchSize must be at most 4 where dropLast is true; got 9'],
    [
      { batchSize: 2, onCorrupt: 'ignore' as CorruptPolicy },
      "onCorrupt must be one of 'error', 'skip', 'replace'",
    ],
  ])('refuses %o', (options, message) => {
    expect(() => createLoader(drawnShapes({ size: 4 }), options)).toThrow(`createLoader: ${message}`);
  });

  it('refuses a batch beyond the epoch', async () => {
    const loader = createLoader(drawnShapes({ size: 4 }), { batchSize: 2 });
    await expect(all(loader.batches(0, 3))).rejects.toThrow('from must be at most 2; got 3');
    expect(await all(loader.batches(0, 2))).toEqual([]);
  });

  it('says at once that a shard was cut short, unless a policy takes care of it', async () => {
    const path = await writeShard(`${temporaryFolder()}/train-0.tar`, 4);
    const { readFileSync, writeFileSync } = await import('node:fs');
    writeFileSync(path, readFileSync(path).subarray(0, 3800));
    const data = await openTarShards(path);
    expect(() => createLoader(data, { batchSize: 2 })).toThrow(
      /train-0\.tar is unusable: the shard is damaged after byte 3585: Unexpected end of data\. Repair/,
    );
    const loader = createLoader(data, { batchSize: 2, workers: 0, onCorrupt: 'skip' });
    await all(loader.batches(0));
    expect(loader.corrupt()).toHaveLength(1);
  });

  it('crops the middle out of a larger scale', async () => {
    const pixels = noise(4, 16, 20);
    const data = datasetOf([{ kind: 'pixels', pixels, shape: [16, 20, 3] }, bytesOf(await png(4, 16, 20))]);
    const batch = async (cropShare: number, imageSize = 14) =>
      (await all(createLoader(data, { batchSize: 2, workers: 0, imageSize, cropShare }).batches(0)))[0];
    const cropped = await batch(0.875);
    // The short side of 16 is 14 / 0.875 already: nothing is scaled, and rows 1 to 14 of columns 3 to 16 stay.
    const rows = Array.from({ length: 14 }, (_, y) => [
      ...pixels.subarray(((y + 1) * 20 + 3) * 3, ((y + 1) * 20 + 17) * 3),
    ]);
    expect([...(cropped?.images ?? [])]).toEqual([...rows.flat(), ...rows.flat()]);
    expect((await batch(1))?.images).not.toEqual(cropped?.images);
    for (const [options, message] of [
      [{ cropShare: 0, imageSize: 8 }, 'cropShare must be above 0 and at most 1; got 0'],
      [{ cropShare: 0.5 }, 'cropShare must come with imageSize, and without resizedCrop'],
      [{ cropShare: 0.5, imageSize: 8, augment: { resizedCrop: {} } }, 'cropShare must come with imageSize'],
    ] as const) {
      expect(() => createLoader(data, { batchSize: 1, ...options })).toThrow(message);
    }
  });
});
