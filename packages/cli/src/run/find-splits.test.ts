import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findSplitFolders, testShards } from './find-splits.js';

const place = () => mkdtempSync(join(tmpdir(), 'mix-'));

it.each([
  [['train', 'validation'], 'validation'],
  [['train', 'validation', 'val'], 'val'],
  [['train', 'testing', 'val'], 'val'],
  [['train', 'test', 'val'], 'test'],
])('of the folders %j the last to be read is %s', (folders, test) => {
  const root = place();
  for (const name of folders) mkdirSync(join(root, name));
  expect(findSplitFolders(root)).toEqual({ train: join(root, 'train'), test: join(root, test) });
});

it('says which folders are needed', () => {
  const root = place();
  for (const name of ['cat', 'dog']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'train'), 'a file');
  expect(() => findSplitFolders(root)).toThrow(
    `data: ${root} must have the folders train/ and test/ (or val/), each with a folder for each class; it has cat, dog`,
  );
});

it.each([
  [['train-0.tar', 'validation-0.tar'], 'validation'],
  [['train.tar', 'val.tar', 'validation.txt'], 'val'],
  [['train_0.tar', 'test_0.tar', 'val_0.tar'], 'test'],
  [['train-0.tar', 'test.txt', 'val-0.tar'], 'val'],
  [['train-0.tar'], 'test'],
])('of the shards %j it is %s', (names, split) => {
  const folder = place();
  for (const name of names) writeFileSync(join(folder, name), '');
  expect(testShards(folder)).toBe(split);
});
