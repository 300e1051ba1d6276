import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { all, noise, temporaryFolder } from '../test/made-data.js';
import { readCifar10, readCifar100 } from './cifar.js';
import { createLoader } from './loader.js';

// A record: labels, then the planes R, G, B.
function record(labels: readonly number[], pixels: Uint8Array): Buffer {
  const planes = [0, 1, 2].map((c) => pixels.filter((_, index) => index % 3 === c));
  return Buffer.concat([Buffer.from(labels), ...planes]);
}

describe('readCifar10', () => {
  it('reads back what was written', async () => {
    const folder = temporaryFolder();
    for (let part = 1; part <= 5; part++) {
      const records = [record([part], noise(part, 32, 32)), record([part + 4], noise(part + 10, 32, 32))];
      writeFileSync(join(folder, `data_batch_${part}.bin`), Buffer.concat(records));
    }
    writeFileSync(join(folder, 'test_batch.bin'), record([9], noise(3, 32, 32)));
    writeFileSync(
      join(folder, 'batches.meta.txt'),
      'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n',
    );
    const data = readCifar10(folder);
    expect(data).toMatchObject({ size: 10, imageShape: [32, 32, 3], corrupt: [] });
    expect(data.classes[9]).toBe('truck');
    const [batch] = await all(createLoader(data, { batchSize: 10 }).batches(0));
    expect([...(batch?.labels ?? [])]).toEqual([1, 5, 2, 6, 3, 7, 4, 8, 5, 9]);
    expect(batch?.images.subarray(0, 3072)).toEqual(noise(1, 32, 32));
    expect(batch?.images.subarray(9 * 3072)).toEqual(noise(15, 32, 32));
    expect(batch?.keys[3]).toBe('data_batch_2.bin/1');
    expect(readCifar10(folder, { split: 'test' }).sample(0).label).toBe(9);
  });

  it('reports a file cut short, and labels out of range', async () => {
    const path = join(temporaryFolder(), 'part.bin');
    const good = record([0], noise(0, 32, 32));
    writeFileSync(path, Buffer.concat([good, record([10], noise(1, 32, 32)), good.subarray(0, 1000)]));
    const data = readCifar10([path]);
    expect(data.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(data.corrupt).toEqual([1, 2]);
    expect(data.sample(1).image).toMatchObject({ reason: 'its class is 10, but there are 10 classes' });
    expect(data.sample(2).image).toMatchObject({
      reason: 'the file ends after 1000 of the 3073 bytes of this record',
    });
    expect(() => createLoader(data, { batchSize: 1 })).toThrow(
      `part.bin/1 in ${path} is unusable: its class is 10`,
    );
    const loader = createLoader(data, { batchSize: 3, onCorrupt: 'replace', maxCorrupt: 2 });
    expect((await all(loader.batches(0)))[0]?.keys).toEqual(['part.bin/0', 'part.bin/0', 'part.bin/0']);
    expect(loader.corrupt()).toHaveLength(2);
  });

  it('says in one line which file is missing', () => {
    expect(() => readCifar10('/none')).toThrow(
      'readCifar10: no such file "/none/data_batch_1.bin". Give the folder that holds data_batch_1.bin,',
    );
    expect(() => readCifar10([])).toThrow('source must name at least one file');
  });
});

describe('readCifar100', () => {
  it('reads fine and coarse labels', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'train.bin'), record([19, 99], noise(0, 32, 32)));
    writeFileSync(
      join(folder, 'coarse_label_names.txt'),
      Array.from({ length: 20 }, (_, i) => `c${i}\n`).join(''),
    );
    const fine = readCifar100(folder);
    const coarse = readCifar100(folder, { labels: 'coarse' });
    expect([fine.sample(0).label, fine.classes.length]).toEqual([99, 100]);
    expect([coarse.sample(0).label, coarse.classes[19]]).toEqual([19, 'c19']);
    expect(fine.sample(0).image).toMatchObject({ pixels: noise(0, 32, 32) });
    expect(() => readCifar100(folder, { split: 'test' })).toThrow('no such file');
  });
});
