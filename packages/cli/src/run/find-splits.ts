import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFolder, isOfSplit } from './recognise-data.js';

// ImageNet and many others call the split that they are measured on `val`.
const testNames = ['test', 'val', 'validation'];

/** The folders of both splits in a root of class folders. */
export function findSplitFolders(root: string): { readonly train: string; readonly test: string } {
  const folders = readdirSync(root).filter((name) => isFolder(join(root, name)));
  const test = testNames.find((name) => folders.includes(name));
  if (folders.includes('train') && test !== undefined) {
    return { train: join(root, 'train'), test: join(root, test) };
  }
  const holds = folders.length === 0 ? 'no folder' : folders.slice(0, 3).join(', ');
  throw new Error(
    `data: ${root} must have the folders train/ and test/ (or val/), each with a folder for each class; it has ${holds}`,
  );
}

/** What the test split of a folder of tar shards is called: the word that shards begin with (`val-0.tar`, `val.tar`). */
export function testShards(folder: string): string {
  const shards = readdirSync(folder).filter((name) => name.endsWith('.tar'));
  return testNames.find((split) => shards.some((name) => isOfSplit(name, split))) ?? 'test';
}
