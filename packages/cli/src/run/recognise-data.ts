import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DataConfig } from '../config/config-schema.js';

/** What a data set on disk can be. */
export type DataKind = Exclude<DataConfig['kind'], 'auto' | 'drawn'>;

/** A data set found on disk. */
export interface FoundData {
  readonly kind: DataKind;
  /** The folder that holds it: the one asked for, or the one that the CIFAR archives unpack to inside it. */
  readonly folder: string;
}

// What the archives on the CIFAR page unpack to.
const unpacked: Readonly<Record<string, DataKind>> = {
  'cifar-10-batches-bin': 'cifar10',
  'cifar-100-binary': 'cifar100',
};

/**
 * Says what a folder holds: tar shards, CIFAR-10 or CIFAR-100 binaries, or folders of images by class.
 *
 * @param kind What it holds, if that is known; then only the inner folder is looked for.
 * @throws Error when there is no such folder, or nothing in it that is known.
 */
export function recogniseData(path: string, kind?: DataKind): FoundData {
  const names = listFolder(path);
  const inner = names.find(
    (name) => unpacked[name] !== undefined && (kind ?? unpacked[name]) === unpacked[name],
  );
  if (kind !== undefined) return { kind, folder: inner === undefined ? path : join(path, inner) };
  if (hasShards(path, names)) return { kind: 'tar', folder: path };
  if (names.includes('data_batch_1.bin')) return { kind: 'cifar10', folder: path };
  if (names.includes('train.bin')) return { kind: 'cifar100', folder: path };
  if (inner !== undefined) return recogniseData(join(path, inner));
  if (names.some((name) => isFolder(join(path, name)))) return { kind: 'folder', folder: path };
  const holds = names.length === 0 ? 'it is empty' : `it has ${names.slice(0, 3).join(', ')}`;
  throw new Error(
    `data: ${path} must hold tar shards, CIFAR binaries or a folder for each class; ${holds}. Set 'data.kind' (--data-kind) if it does`,
  );
}

// Beside a folder train/, archives may be what it was unpacked from: there only shards of that split count.
function hasShards(path: string, names: readonly string[]): boolean {
  const archives = names.filter((name) => name.endsWith('.tar'));
  return isFolder(join(path, 'train'))
    ? archives.some((name) => isOfSplit(name, 'train'))
    : archives.length > 0;
}

/** Whether a shard is of a split, as in `openTarShards`: `val-0.tar` and `val.tar` are of `val`, `validation-0.tar` is not. */
export function isOfSplit(name: string, split: string): boolean {
  return name.startsWith(split) && !/^[A-Za-z0-9]/.test(name.slice(split.length));
}

/** Whether there is a folder at a path; a link to one counts. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function listFolder(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) {
      throw new Error(`data: ${path} must be a folder; got the file ${basename(path)}`);
    }
    return readdirSync(path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
    throw new Error(`data: there is no folder ${path}. Leave --data out for the embedded drawn set`);
  }
}
