import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isMixError } from '@mix/core';
import { checkpointSlots, restoreClassifier, restoreMethod } from '@mix/train';
import { fileCheckpointStore } from '@mix/train/node';
import type { Training } from './create-training.js';

/** Whether a run's folder has any checkpoint. */
export function hasCheckpoint(folder: string): boolean {
  const store = fileCheckpointStore(join(folder, 'checkpoints'));
  return checkpointSlots.some((slot) => existsSync(store.describe(slot)));
}

/**
 * Gives classifier and method what the newest whole checkpoint of a run holds.
 *
 * @param note Gets a line for each one that was passed over.
 * @throws Error when none is whole; MixError `STATE_MISMATCH` when one is of another model.
 */
export async function restoreNewest(
  { model, method }: Pick<Training, 'model' | 'method'>,
  folder: string,
  note: (line: string) => void,
): Promise<void> {
  const store = fileCheckpointStore(join(folder, 'checkpoints'));
  const passed: string[] = [];
  for (const slot of checkpointSlots) {
    try {
      await restoreClassifier(model, store, slot);
      await restoreMethod(method, store, slot);
    } catch (error) {
      if (!isMixError(error) || !passable.has(error.code)) throw error;
      const name = basename(store.describe(slot));
      passed.push(
        error.code === 'MISSING_FILE' ? `${name} is missing` : `${name} is damaged (${error.message})`,
      );
      continue;
    }
    for (const reason of passed) note(`passed over a checkpoint: ${reason}`);
    if (passed.length > 0) note(`took ${basename(store.describe(slot))}`);
    return;
  }
  throw new Error(`${folder} must hold a checkpoint that can be read; got ${passed.join('; ')}`);
}

const passable: ReadonlySet<string> = new Set(['MISSING_FILE', 'FORMAT', 'CORRUPT_DATA']);
