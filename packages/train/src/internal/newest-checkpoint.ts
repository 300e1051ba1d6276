import { isMixError, MixError } from '@mix/core';
import { type Checkpoint, decodeCheckpoint } from '../checkpoint.js';
import { type CheckpointSlot, type CheckpointStore, checkpointSlots } from '../checkpoint-store.js';

export interface FoundCheckpoint {
  readonly slot: CheckpointSlot;
  readonly checkpoint: Checkpoint;
  /** Why newer ones were passed over. */
  readonly skipped: readonly string[];
}

/**
 * The newest checkpoint that is whole: `last`, else `previous`, else `best` (each holds the entire run). Nothing if the store
 * is empty; throws if there are checkpoints but every one is damaged.
 */
export async function newestCheckpoint(store: CheckpointStore): Promise<FoundCheckpoint | undefined> {
  const missing: string[] = [];
  const damaged: string[] = [];
  for (const slot of checkpointSlots) {
    const bytes = await store.load(slot);
    if (bytes === undefined) {
      missing.push(`${store.describe(slot)} is missing`);
      continue;
    }
    try {
      const checkpoint = await decodeCheckpoint(bytes, store.describe(slot));
      return { slot, checkpoint, skipped: [...missing, ...damaged] };
    } catch (error) {
      if (!isMixError(error) || !(error.code === 'FORMAT' || error.code === 'CORRUPT_DATA')) throw error;
      damaged.push(error.message);
    }
  }
  if (damaged.length === 0) return undefined;
  throw new MixError(
    `fit: store must hold a checkpoint that can be read; got ${damaged.join('; ')}. Start a new run in another place`,
    { code: 'CORRUPT_DATA', argument: 'store', received: damaged },
  );
}
