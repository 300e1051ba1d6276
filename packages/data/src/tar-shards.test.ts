import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { all, jpeg, keysOf, png, tar, temporaryFolder, writeShard } from '../test/made-data.js';
import { createLoader } from './loader.js';
import { openTarShards } from './tar-shards.js';

async function shardOf(entries: Parameters<typeof tar>[0]): Promise<string> {
  const path = join(temporaryFolder(), 'train-0.tar');
  writeFileSync(path, await tar(entries));
  return path;
}

const samplesOf = async (path: string) => {
  const data = await openTarShards(path);
  return Array.from({ length: data.size }, (_, index) => data.sample(index));
};

/** Paths that this process has open, where the system tells. */
const openFiles = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`);
    } catch {
      return [];
    }
  });

describe('openTarShards', () => {
  it('reads the shards of a split, in the order of their names', async () => {
    const folder = temporaryFolder();
    await writeShard(join(folder, 'train-1.tar'), 2);
    await writeShard(join(folder, 'train-0.tar'), 3);
    await writeShard(join(folder, 'trainextra-0.tar'), 1);
    await writeShard(join(folder, 'test-0.tar'), 4);
    writeFileSync(join(folder, 'meta.json'), '{"classes":["x","y","z"]}');
    const data = await openTarShards(folder, { split: 'train' });
    expect(data).toMatchObject({ size: 5, classes: ['x', 'y', 'z'], imageShape: [8, 8, 3], corrupt: [] });
    expect(Array.from({ length: 5 }, (_, index) => data.sample(index).key)).toEqual([
      'train-0.tar/0000',
      'train-0.tar/0001',
      'train-0.tar/0002',
      'train-1.tar/0000',
      'train-1.tar/0001',
    ]);
    expect((await openTarShards(folder, { split: 'train', limit: 4 })).size).toBe(4);
    expect(
      (await openTarShards([join(folder, 'test-0.tar')], { classes: ['a', 'b', 'c', 'd'] })).classes,
    ).toHaveLength(4);
    await expect(openTarShards(folder)).rejects.toThrow("Choose one of 'test', 'train', 'trainextra'");
  });

  it('numbers the classes by all samples, whatever the limit', async () => {
    const folder = temporaryFolder();
    const image = await jpeg(0);
    const labels = [
      [1, 0, 0],
      [2, 7],
    ];
    for (const [shard, row] of labels.entries()) {
      const entries = row.flatMap((label, key) => [
        [`${key}.jpg`, image] as const,
        [`${key}.cls`, String(label)] as const,
      ]);
      writeFileSync(join(folder, `train-${shard}.tar`), await tar(entries));
    }
    for (const limit of [1, 3, 4, 5, 6]) {
      const data = await openTarShards(folder, { limit });
      expect(data.size).toBe(Math.min(limit, 5));
      expect(data.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
      expect(data.sample(0).label).toBe(1);
      expect(() => data.sample(data.size)).toThrow(`from 0 to ${data.size - 1}`);
    }
  });

  it('says that a shard is empty, or that nothing in it has a label', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'train-0.tar');
    await writeShard(join(folder, 'train-1.tar'), 1);
    for (const options of [{}, { classes: ['a', 'b', 'c'] }]) {
      writeFileSync(path, '');
      await expect(openTarShards(folder, options)).rejects.toMatchObject({
        code: 'FORMAT',
        message: `openTarShards: ${path} is empty (0 bytes). Copy or make it again, or remove it`,
      });
      writeFileSync(path, await tar([]));
      expect((await openTarShards(folder, options)).size).toBe(1);
      await expect(openTarShards(path, options)).rejects.toMatchObject({
        code: 'FORMAT',
        message: expect.stringContaining(`no samples in ${path}. Shards hold`),
      });
    }
    writeFileSync(path, (await tar([['0.jpg', await jpeg(0)]])).subarray(0, 700));
    await expect(openTarShards(path)).rejects.toThrow(
      `no samples in ${path}; for one, train-0.tar/0: the shard ends`,
    );
  });

  it('gives the pixels that were put in, in any order', async () => {
    const path = await writeShard(join(temporaryFolder(), 'train.tar'), 7);
    const data = await openTarShards(path);
    const { default: sharp } = await import('sharp');
    const loader = createLoader(data, { batchSize: 2, shuffle: true, workers: 0 });
    for await (const { images, keys, labels } of loader.batches(1)) {
      for (const [row, key] of keys.entries()) {
        const index = Number(key.slice(-4));
        const expected = await sharp(await jpeg(index))
          .raw()
          .toBuffer();
        expect(Buffer.from(images.subarray(row * 192, row * 192 + 192)).equals(expected)).toBe(true);
        expect(labels[row]).toBe(index % 3);
      }
    }
  });

  it('reads a shard that took the place of another', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'train-0.tar');
    const pixels = async (from: string) => {
      const loader = createLoader(await openTarShards(from), { batchSize: 2, workers: 0 });
      const [batch] = await all(loader.batches(0));
      await loader.close();
      return batch?.images;
    };
    await writeShard(path, 2);
    const before = await pixels(path);
    const other = await writeShard(join(folder, 'test-0.tar'), 2, (_, bytes) =>
      // Of the same length, so that every image lies where it lay.
      Buffer.concat([bytes.subarray(0, -20), Buffer.alloc(18), bytes.subarray(-2)]),
    );
    const expected = await pixels(other);
    expect(expected).not.toEqual(before);
    renameSync(other, path);
    expect(await pixels(path)).toEqual(expected);
  });

  it.skipIf(!existsSync('/proc/self/fd'))('closes its shards with the loader', async () => {
    const path = await writeShard(join(temporaryFolder(), 'train-0.tar'), 3);
    const loader = createLoader(await openTarShards(path), { batchSize: 1, workers: 0, prefetch: 0 });
    const batches = loader.batches(0)[Symbol.asyncIterator]();
    await batches.next();
    expect(openFiles()).toContain(path);
    await loader.close();
    expect(openFiles()).not.toContain(path);
    // What is under way still comes, and leaves nothing open.
    expect((await batches.next()).value).toMatchObject({ keys: ['train-0.tar/0001'] });
    expect(openFiles()).not.toContain(path);
  });

  it('groups by the name up to its first dot, and passes over what is no image', async () => {
    const samples = await samplesOf(
      await shardOf([
        [{ name: 'a', type: 'directory' }, ''],
        ['README', 'hello'],
        ['./a/1.seg.png', await png(9)],
        ['./a/1.PNG', await png(1)],
        ['./a/1.json', '{"label": 2}'],
        ['a.b/2.jpeg', await jpeg(2)],
        ['a.b/2.some.txt', 'text'],
        ['a.b/2.cls', ' 1\n'],
        [{ name: 'link.jpg', type: 'symlink', linkname: '/etc/passwd' }, ''],
        [`${'long/'.repeat(40)}3.jpg`, await jpeg(3)],
        [`${'long/'.repeat(40)}3.json`, '{"cls": 0}'],
      ]),
    );
    expect(samples.map(({ key, label, image }) => [key, label, image.kind])).toEqual([
      ['train-0.tar/a/1', 2, 'file'],
      ['train-0.tar/a.b/2', 1, 'file'],
      [`train-0.tar/${'long/'.repeat(40)}3`, 0, 'file'],
    ]);
  });

  it('reports what is missing or wrong in a sample as corrupt', async () => {
    const image = await jpeg(0);
    const path = await shardOf([
      ['0.jpg', image],
      ['1.cls', '1'],
      ['2.jpg', image],
      ['2.cls', 'cat'],
      ['3.jpg', image],
      ['3.cls', '3'],
    ]);
    const data = await openTarShards(path, { classes: ['a', 'b', 'c'] });
    const reasons = Array.from({ length: data.size }, (_, index) => data.sample(index).image).map((source) =>
      source.kind === 'corrupt' ? source.reason : source.kind,
    );
    expect(reasons).toEqual([
      'it has no label: no .cls, and no .json with "label" or "cls"',
      'it has no image: no .jpg, .jpeg, .png or .webp',
      'its .cls is not an integer: "cat"',
      'its class is 3, but there are 3 classes',
    ]);
    expect(data.corrupt).toEqual([0, 1, 2, 3]);
  });

  it.each([
    ['0.cls', '999999999'],
    ['0.json', `{"label": ${2 ** 40}}`],
  ])('takes an absurd class in %s for damage, and numbers no classes up to it', async (entry, text) => {
    const image = await jpeg(0);
    const path = await shardOf([
      ['0.jpg', image],
      [entry, text],
      ['1.jpg', image],
      ['1.cls', '1'],
    ]);
    const data = await openTarShards(path);
    expect(data.classes).toEqual(['0', '1']);
    expect(data.corrupt).toEqual([0]);
    const label = Number(/\d{9,}/.exec(text));
    expect(() => createLoader(data, { batchSize: 1 })).toThrow(
      `train-0.tar/0 in ${path} is unusable: its class is ${label}, beyond the 1000000 that there may be`,
    );
  });

  it.each([
    ['/etc/passwd.jpg', 'is absolute'],
    ['C:\\1.jpg', 'is absolute'],
    ['a/../../1.jpg', "contains '..'"],
    ['..\\1.jpg', "contains '..'"],
  ])('refuses the name %s', async (name, reason) => {
    const path = await shardOf([[name, await jpeg(0)]]);
    await expect(openTarShards(path)).rejects.toMatchObject({
      code: 'FORMAT',
      message: `openTarShards: entry ${JSON.stringify(name)} of ${path} ${reason}. Such a shard is not to be trusted; make it again with relative names`,
    });
  });

  it('keeps what is whole of a shard cut anywhere, and reports one damage', async () => {
    const path = await writeShard(join(temporaryFolder(), 'train-0.tar'), 4);
    const whole = readFileSync(path);
    const sizes = new Set<number>();
    for (let cut = 700; cut < whole.length - 1024; cut += 131) {
      writeFileSync(path, whole.subarray(0, cut));
      const data = await openTarShards(path, { classes: ['0', '1', '2'] });
      sizes.add(data.size);
      expect(data.corrupt, `cut at ${cut}`).toEqual([data.size - 1]);
      for (let index = 0; index < data.size - 1; index++)
        expect(data.sample(index).key).toMatch(`/000${index}`);
      const options = { batchSize: 3, workers: 0, onCorrupt: 'skip', maxCorrupt: 1 } as const;
      if (data.size < 2) continue;
      const batches = await all(createLoader(data, options).batches(0));
      expect(keysOf(batches).flat().length).toBe(data.size - 1 + (data.size === 4 ? 1 : 0));
    }
    expect([...sizes]).toEqual([1, 2, 3, 4, 5]);
  });

  it('reports a shard whose end mark is missing, and one damaged in the middle', async () => {
    const path = await writeShard(join(temporaryFolder(), 'train-0.tar'), 4);
    const whole = readFileSync(path);
    const end = whole.length - 1024;
    writeFileSync(path, whole.subarray(0, end));
    expect((await openTarShards(path)).sample(4).image).toMatchObject({
      kind: 'corrupt',
      reason: 'the shard was cut short: no end mark after its 4 samples',
    });
    whole.fill(0x55, end - 1024, end - 512);
    writeFileSync(path, whole);
    const data = await openTarShards(path);
    expect(data.corrupt).toEqual([data.size - 1]);
    expect(data.sample(data.size - 1).image).toMatchObject({
      reason: expect.stringMatching(/damaged after byte \d+: Invalid tar header/),
    });
  });

  it('says in one line what is missing', async () => {
    const folder = temporaryFolder();
    const cases: [string, string, string][] = [
      [
        join(folder, 'none'),
        'MISSING_FILE',
        `no such folder "${join(folder, 'none')}". Give the folder that holds train-*.tar`,
      ],
      [folder, 'MISSING_FILE', `no *.tar in ${folder}. Give the folder that holds the shards`],
    ];
    for (const [source, code, message] of cases) {
      await expect(openTarShards(source)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    }
    await expect(openTarShards([join(folder, 'x.tar')])).rejects.toThrow('no such file');
    await expect(openTarShards([])).rejects.toThrow('source must name at least one shard');
    writeFileSync(join(folder, 'train-0.tar'), 'this is not a tar file'.repeat(100));
    await expect(openTarShards(folder)).rejects.toThrow(`${join(folder, 'train-0.tar')} is not a tar file`);
    await expect(openTarShards(folder, { split: 'test' })).rejects.toThrow(
      `no test*.tar in ${folder}; it has train-0.tar`,
    );
    writeFileSync(join(folder, 'train-0.tar'), await tar([]));
    await expect(openTarShards(folder)).rejects.toThrow('no samples in');
    writeFileSync(join(folder, 'meta.json'), '{"classes": 3}');
    await writeShard(join(folder, 'train-0.tar'), 1);
    await expect(openTarShards(folder)).rejects.toThrow('is not JSON with a list of names in "classes"');
  });
});
