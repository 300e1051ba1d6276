import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { all } from '../test/made-data.js';
import { createLoader } from './loader.js';
import { openTarShards } from './tar-shards.js';

const folder = fileURLToPath(new URL('../../../../shared/data/cifar10', import.meta.url));
const present = existsSync(folder);
if (!present)
  console.log('CIFAR-10 shards are not in ../shared/data/cifar10 beside the repository: test skipped');

describe.skipIf(!present)('the CIFAR-10 shards', () => {
  it('give 10,000 test images of ten classes, 1,000 each, with the pixels of sharp', async () => {
    const data = await openTarShards(folder, { split: 'test' });
    expect(data).toMatchObject({ size: 10_000, imageShape: [32, 32, 3], corrupt: [] });
    expect(data.classes[3]).toBe('cat');
    const counts = new Array<number>(10).fill(0);
    const loader = createLoader(data, { batchSize: 250, workers: 2, shuffle: true });
    for await (const { labels } of loader.batches(0)) for (const label of labels) counts[label]! += 1;
    expect(counts).toEqual(new Array(10).fill(1000));

    const { images } = (
      await all(
        createLoader(await openTarShards(folder, { split: 'test', limit: 100 }), { batchSize: 100 }).batches(
          0,
        ),
      )
    )[0]!;
    const { createReadStream } = await import('node:fs');
    for (let index = 0; index < 100; index++) {
      const { image } = data.sample(index);
      if (image.kind !== 'file') throw new Error('not in a file');
      const { path, offset = 0, length = 0 } = image;
      const bytes = Buffer.concat(
        await all(createReadStream(path, { start: offset, end: offset + length - 1 })),
      );
      expect(
        (await sharp(bytes).raw().toBuffer()).equals(images.subarray(index * 3072, (index + 1) * 3072)),
      ).toBe(true);
    }
  });

  it('resume in the middle of a shuffled epoch', async () => {
    const data = await openTarShards(folder, { split: 'train', limit: 1000 });
    const open = () => createLoader(data, { batchSize: 128, shuffle: true });
    const whole = await all(open().batches(5));
    const rest = await all(open().batches(5, 4));
    const bytesOf = ({ images, labels }: (typeof whole)[number]) =>
      Buffer.concat([Buffer.from(images), Buffer.from(new Uint8Array(labels.slice().buffer))]);
    expect([whole.length, rest.length]).toEqual([8, 4]);
    // By toEqual, value by value, it takes seconds.
    for (const [at, batch] of rest.entries()) {
      expect(bytesOf(batch).equals(bytesOf(whole[4 + at] as typeof batch))).toBe(true);
    }
  });
});
