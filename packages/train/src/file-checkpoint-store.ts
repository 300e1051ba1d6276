import { access, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointSlot, CheckpointStore } from './checkpoint-store.js';
import { syncFolder, writeDurably } from './internal/write-durably.js';
import { makeFolder } from './make-folder.js';

const FILES: Readonly<Record<CheckpointSlot, string>> = {
  last: 'last.safetensors',
  previous: 'last.previous.safetensors',
  best: 'best.safetensors',
};

/**
 * Keeps checkpoints in a folder as `last.safetensors`, `last.previous.safetensors` and `best.safetensors`. A file is written
 * beside its place, synced to the disk and renamed into it, so that at every moment, also after a power cut, there is a
 * whole checkpoint.
 *
 * @param folder Made when the first checkpoint is saved.
 */
export function fileCheckpointStore(folder: string): CheckpointStore {
  const path = (slot: CheckpointSlot) => join(folder, FILES[slot]);
  return {
    async save(slot, bytes) {
      makeFolder(folder);
      const fresh = `${path(slot)}.tmp`;
      await writeDurably(fresh, bytes);
      if (slot === 'last' && (await exists(path('last')))) await rename(path('last'), path('previous'));
      await rename(fresh, path(slot));
      await syncFolder(folder);
    },
    async load(slot) {
      try {
        return await readFile(path(slot));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    describe: path,
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
