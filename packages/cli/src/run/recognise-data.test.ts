import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { recogniseData } from './recognise-data.js';

function folderWith(...files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'mix-'));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

it.each([
  ['tar', ['train-000.tar', 'test-000.tar', 'meta.json']],
  ['cifar10', ['data_batch_1.bin', 'test_batch.bin']],
  ['cifar100', ['train.bin', 'test.bin', 'fine_label_names.txt']],
  ['folder', ['train/cat/1.png', 'val/cat/2.png']],
  ['folder', ['train/cat/1.png', 'val/cat/2.png', 'ILSVRC2012_img_train.tar', 'trainset.tar']],
  ['tar', ['train/notes.txt', 'train-0.tar', 'test-0.tar']],
])('recognises %s', (kind, files) => {
  const folder = folderWith(...files);
  expect(recogniseData(folder)).toEqual({ kind, folder });
});

it('finds what the archive unpacks to', () => {
  const folder = folderWith('cifar-10-batches-bin/data_batch_1.bin');
  expect(recogniseData(folder)).toEqual({ kind: 'cifar10', folder: join(folder, 'cifar-10-batches-bin') });
});

it('says what it found instead', () => {
  const file = join(folderWith('notes.txt'), 'notes.txt');
  expect(() => recogniseData(file)).toThrow('must be a folder; got the file notes.txt');
  expect(() => recogniseData(dirname(file))).toThrow('must hold tar shards, CIFAR binaries or a folder');
  expect(() => recogniseData(folderWith())).toThrow('it is empty');
  expect(() => recogniseData('/no/such/place')).toThrow(
    'data: there is no folder /no/such/place. Leave --data out for the embedded drawn set',
  );
});

it('takes the word of whoever names the kind, and finds the unpacked folder all the same', () => {
  const folder = folderWith('cifar-100-binary/train.bin', 'notes.txt');
  expect(recogniseData(folder, 'cifar100')).toEqual({
    kind: 'cifar100',
    folder: join(folder, 'cifar-100-binary'),
  });
  expect(recogniseData(folder, 'cifar10')).toEqual({ kind: 'cifar10', folder });
  const empty = folderWith();
  expect(recogniseData(empty, 'tar')).toEqual({ kind: 'tar', folder: empty });
});

it('follows links to folders, and passes over those that lead nowhere', () => {
  const folder = folderWith();
  symlinkSync(join(folder, 'nowhere'), join(folder, 'broken'));
  expect(() => recogniseData(folder)).toThrow('it has broken');
  symlinkSync(folderWith('cat/1.png'), join(folder, 'train'));
  expect(recogniseData(folder)).toEqual({ kind: 'folder', folder });
});
