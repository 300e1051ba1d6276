import { createRng } from '@mix/core';
import type { ImageDataset } from '@mix/data';
import { expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.js';
import { createLoaders } from './create-loaders.js';
import { openData } from './open-data.js';

/** Class counts of the rows of an epoch, of each half of its batches. */
async function drawn(
  flags: Readonly<Record<string, unknown>>,
): Promise<readonly [first: number[], second: number[]]> {
  const content = {
    data: { trainLimit: 400, testLimit: 10, workers: 0, tail: 'exponential', tailFactor: 0.05 },
    train: { batchSize: 16 },
  };
  const config = resolveConfig({ file: { name: 'test', content }, flags: new Map(Object.entries(flags)) });
  const data = await openData(config.data, 0);
  const loaders = createLoaders(data, config, createRng(0));
  const halves: [number[], number[]] = [data.train.classes.map(() => 0), data.train.classes.map(() => 0)];
  try {
    for (let epoch = 0; epoch < 4; epoch++) {
      for await (const { labels } of loaders.train.batches(epoch)) {
        labels.forEach((label, row) => {
          const half = halves[row < labels.length / 2 ? 0 : 1];
          half[label] = (half[label] as number) + 1;
        });
      }
    }
    expect(loaders.corrupt()).toBe(0);
    return halves;
  } finally {
    await loaders.close();
  }
}

const rarest = (counts: readonly number[]): number =>
  (counts.at(-1) as number) / counts.reduce((sum, count) => sum + count, 0);

it('draws rare classes as often as the sampler says', async () => {
  const shareOf = async (sampler: string): Promise<number> => {
    const [first, second] = await drawn({ 'data.sampler': sampler });
    return rarest(first.map((count, own) => count + (second[own] as number)));
  };
  const shares = [];
  for (const sampler of ['shuffle', 'square-root', 'balanced', 'reversed'])
    shares.push(await shareOf(sampler));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares[0]).toBeLessThan(0.05);
  expect(shares[3]).toBeGreaterThan(0.2);
});

it('joins a second stream for the mixers that need one', async () => {
  const [first, second] = await drawn({ 'method.mixer': 'cmo' });
  expect(rarest(first)).toBeLessThan(0.05);
  expect(rarest(second)).toBeGreaterThan(rarest(first) * 3);
  const [, reversed] = await drawn({ 'method.mixer': 'cmo', 'method.secondSampler': 'reversed' });
  expect(rarest(reversed)).toBeGreaterThan(rarest(second));
});

/** Images of one colour, of which `bad` cannot be decoded, and how often any was asked for. */
function counted(size: number, side: number, bad: readonly number[] = []) {
  const pixels = new Uint8Array(side * side * 3);
  const asked = { times: 0 };
  const train: ImageDataset = {
    ...{ name: 'counted', size, classes: ['a', 'b'], imageShape: [side, side, 3] },
    sample(index) {
      asked.times++;
      const image = bad.includes(index)
        ? ({ kind: 'corrupt', path: 'bad', reason: 'cut off' } as const)
        : ({ kind: 'pixels', pixels, shape: [side, side, 3] } as const);
      return { key: `${index}`, label: index % 2, image };
    },
  };
  return { asked, train };
}

it.each(['cmo', 'bilateral', 'bbn-mixup'])('leaves out images with %s as without', async (mixer) => {
  const { train } = counted(24, 8, [3, 4, 5, 17]);
  const content = { data: { workers: 0, onCorrupt: 'skip', maxCorrupt: 4 }, train: { batchSize: 8 } };
  const flags = new Map([['method.mixer', mixer]]);
  const config = resolveConfig({ file: { name: 'test', content }, flags });
  const loaders = createLoaders({ name: '', train, test: train, config: config.data }, config, createRng(0));
  let rows = 0;
  for (let epoch = 0; epoch < 4; epoch++) {
    for await (const { shape } of loaders.train.batches(epoch)) rows += shape[0];
  }
  expect(rows).toBe(4 * 2 * (24 - 4));
  await loaders.close();
});

it.each([
  ['none', true],
  ['cmo', false],
])('with %s keeps what fits into memory, of every stream: %s', async (mixer, kept) => {
  // One stream takes less than 512 MiB, two take more.
  const { asked, train } = counted(2000, 224);
  const { train: test } = counted(1, 8);
  const content = { method: { mixer }, data: { workers: 0 }, train: { batchSize: 4 } };
  const config = resolveConfig({ file: { name: 'test', content }, flags: new Map() });
  const loaders = createLoaders({ name: '', train, test, config: config.data }, config, createRng(0));
  const first = async (): Promise<void> => {
    for await (const _ of loaders.train.batches(0)) break;
    // What was begun ahead of it ends meanwhile.
    await new Promise(setImmediate);
  };
  await first();
  asked.times = 0;
  await first();
  expect(asked.times === 0).toBe(kept);
  await loaders.close();
});

it('crops out of whole images, and does RandAugment, in the loader of training images alone', async () => {
  const first = async (train: Readonly<Record<string, unknown>>, testCropShare = 1) => {
    const data = { trainLimit: 8, testLimit: 8, workers: 0, imageSize: 32, testCropShare };
    const content = { data, train: { batchSize: 8, ...train } };
    const config = resolveConfig({ file: { name: 'test', content }, flags: new Map() });
    const loaders = createLoaders(await openData(config.data, 0), config, createRng(0));
    const batches = [];
    for (const source of [loaders.train, loaders.test]) {
      for await (const { images } of source.batches(0)) batches.push(images.join());
    }
    await loaders.close();
    return batches;
  };
  const [train, test] = await first({});
  const [cropped, sameTest] = await first({ cropScale: [0.5, 1], cropInterpolation: 'bicubic' });
  expect(sameTest).toBe(test);
  const [sameTrain, middle] = await first({}, 0.8);
  expect(sameTrain).toBe(train);
  expect(middle).not.toBe(test);
  expect(cropped).not.toBe(train);
  const [flipped] = await first({ randAugment: 'timm', randAugmentProb: 0, cropPadding: 0 });
  const [plain] = await first({ randAugment: 'timm', randAugmentProb: 0, cropPadding: 0, flip: false });
  expect(plain).toBe(train);
  expect(flipped).not.toBe(train);
  const [strong] = await first({ randAugment: 'timm', cropPadding: 0, flip: false, randAugmentProb: 1 });
  const [weak] = await first({
    ...{ randAugment: 'timm', cropPadding: 0, flip: false, randAugmentProb: 1, randAugmentMagnitude: 1 },
  });
  expect(new Set([strong, weak, train]).size).toBe(3);
});
