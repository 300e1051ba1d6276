import { access, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeCheckpoint } from './checkpoint.js';
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
 * beside its place, synced to the disk and renamed into it. What is `last` becomes `previous` only if this store wrote it or
 * it is whole by its SHA-256; a damaged one is replaced. So once a checkpoint is saved, there is at every moment, also after
 * a power cut, a whole one in `last` or `previous`.
 *
 * @param folder Made when the first checkpoint is saved.
 */
export function fileCheckpointStore(folder: string): CheckpointStore {
  const path = (slot: CheckpointSlot) => join(folder, FILES[slot]);
  let wroteLast = false;
  return {
    async save(slot, bytes) {
      makeFolder(folder);
      const fresh = `${path(slot)}.tmp`;
      await writeDurably(fresh, bytes);
      if (slot === 'last') {
        const keep = wroteLast ? await exists(path('last')) : await isWhole(path('last'));
        if (keep) await rename(path('last'), path('previous'));
      }
      await rename(fresh, path(slot));
      if (slot === 'last') wroteLast = true;
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

async function isWhole(path: string): Promise<boolean> {
  if (!(await exists(path))) return false;
  const bytes = await readFile(path);
  return decodeCheckpoint(bytes, path).then(
    () => true,
    () => false,
  );
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
