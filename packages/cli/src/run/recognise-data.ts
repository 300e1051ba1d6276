import { type Dirent, readdirSync, statSync } from 'node:fs';
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
const unpacked = ['cifar-10-batches-bin', 'cifar-100-binary'];

/**
 * Says what a folder holds: tar shards, CIFAR-10 or CIFAR-100 binaries, or folders of images by class.
 *
 * @throws Error when there is no such folder, or nothing in it that is known.
 */
export function recogniseData(path: string): FoundData {
  const entries = listFolder(path);
  const names = entries.map((entry) => entry.name);
  if (names.some((name) => name.endsWith('.tar'))) return { kind: 'tar', folder: path };
  if (names.includes('data_batch_1.bin')) return { kind: 'cifar10', folder: path };
  if (names.includes('train.bin')) return { kind: 'cifar100', folder: path };
  const inner = unpacked.find((name) => names.includes(name));
  if (inner !== undefined) return recogniseData(join(path, inner));
  if (entries.some((entry) => entry.isDirectory())) return { kind: 'folder', folder: path };
  const holds = names.length === 0 ? 'it is empty' : `it has ${names.slice(0, 3).join(', ')}`;
  throw new Error(
    `data: ${path} must hold tar shards, CIFAR binaries or a folder for each class; ${holds}. Set 'data.kind' (--data-kind) if it does`,
  );
}

function listFolder(path: string): readonly Dirent[] {
  try {
    if (!statSync(path).isDirectory()) {
      throw new Error(`data: ${path} must be a folder; got the file ${basename(path)}`);
    }
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
    throw new Error(`data: there is no folder ${path}. Leave --data out for the embedded drawn set`);
  }
}
