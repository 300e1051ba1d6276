import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { all, jpeg, png, temporaryFolder } from '../test/made-data.js';
import { openImageFolder } from './image-folder.js';
import { createLoader } from './loader.js';

describe('openImageFolder', () => {
  it('takes classes and images in the order of their names', async () => {
    const folder = temporaryFolder();
    for (const name of ['b', 'a', 'B', '.hidden', 'a/deep'])
      mkdirSync(join(folder, name), { recursive: true });
    const files: [string, Buffer | string][] = [
      ['a/10.jpg', await jpeg(1)],
      ['a/9.PNG', await png(2)],
      ['a/deep/1.jpeg', await jpeg(3)],
      ['a/notes.txt', 'no image'],
      ['b/1.jpg', await jpeg(4)],
      ['B/1.jpg', await jpeg(5)],
    ];
    for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
    const data = await openImageFolder(folder);
    expect(data).toMatchObject({ size: 5, classes: ['B', 'a', 'b'], imageShape: [8, 8, 3] });
    expect(
      Array.from({ length: 5 }, (_, index) => [data.sample(index).key, data.sample(index).label]),
    ).toEqual([
      ['B/1.jpg', 0],
      ['a/10.jpg', 1],
      ['a/9.PNG', 1],
      ['a/deep/1.jpeg', 1],
      ['b/1.jpg', 2],
    ]);
    const [batch] = await all(createLoader(data, { batchSize: 5, workers: 0 }).batches(0));
    expect(batch?.shape).toEqual([5, 8, 8, 3]);
  });

  it('follows links to folders, but not in circles', async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    mkdirSync(join(folder, 'a'));
    mkdirSync(join(elsewhere, 'deep'), { recursive: true });
    writeFileSync(join(folder, 'a/1.jpg'), await jpeg(1));
    writeFileSync(join(elsewhere, '2.jpg'), await jpeg(2));
    writeFileSync(join(elsewhere, 'deep/3.jpg'), await jpeg(3));
    symlinkSync(elsewhere, join(folder, 'b'));
    symlinkSync(join(elsewhere, 'deep'), join(folder, 'a/linked'));
    symlinkSync(join(elsewhere, '2.jpg'), join(folder, 'a/4.jpg'));
    for (const back of ['up', 'deep/up']) symlinkSync(elsewhere, join(elsewhere, back));
    symlinkSync(folder, join(folder, 'a/root'));
    const data = await openImageFolder(folder);
    expect(data.classes).toEqual(['a', 'b']);
    expect(
      Array.from({ length: data.size }, (_, index) => [data.sample(index).key, data.sample(index).label]),
    ).toEqual([
      ['a/1.jpg', 0],
      ['a/4.jpg', 0],
      ['a/linked/3.jpg', 0],
      ['a/linked/up/2.jpg', 0],
      ['b/2.jpg', 1],
      ['b/deep/3.jpg', 1],
    ]);
  });

  it.each(['none', 'broken'])('names a link that leads nowhere: to %s', async (target) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'cats'));
    writeFileSync(join(folder, 'cats/1.jpg'), await jpeg(1));
    symlinkSync(join(folder, target), join(folder, 'broken'));
    await expect(openImageFolder(folder)).rejects.toMatchObject({
      code: 'MISSING_FILE',
      message: `openImageFolder: ${join(folder, 'broken')} is a link that leads nowhere. Repair it, or remove it`,
    });
  });

  it('says in one line what is missing', async () => {
    const folder = temporaryFolder();
    await expect(openImageFolder(join(folder, 'none'))).rejects.toMatchObject({
      code: 'MISSING_FILE',
      message: `openImageFolder: no such folder "${join(folder, 'none')}". Give the folder that holds one subfolder of images per class`,
    });
    await expect(openImageFolder(folder)).rejects.toThrow(`no subfolders in ${folder}`);
    mkdirSync(join(folder, 'cats'));
    await expect(openImageFolder(folder)).rejects.toThrow(
      `no .jpg, .png or .webp in ${join(folder, 'cats')}`,
    );
  });

  it('names a file that is corrupt', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'cats'));
    writeFileSync(join(folder, 'cats/1.jpg'), await jpeg(1));
    writeFileSync(join(folder, 'cats/2.jpg'), (await jpeg(2)).subarray(0, 300));
    writeFileSync(join(folder, 'cats/3.png'), 'not a picture');
    const data = await openImageFolder(folder);
    const message = new RegExp(
      `^createLoader: ${join(folder, 'cats/2.jpg')} is unusable: [^\\n]+Repair or remove it`,
    );
    await expect(all(createLoader(data, { batchSize: 3, workers: 0 }).batches(0))).rejects.toThrow(message);
    const loader = createLoader(data, { batchSize: 3, workers: 0, onCorrupt: 'skip', maxCorrupt: 2 });
    await all(loader.batches(0));
    expect(loader.corrupt().map(({ key }) => key)).toEqual(['cats/2.jpg', 'cats/3.png']);
  });
});
