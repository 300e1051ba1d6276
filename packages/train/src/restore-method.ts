import type { Method } from '@mix/core';
import type { CheckpointSlot, CheckpointStore } from './checkpoint-store.js';
import { restorePart } from './internal/restore-part.js';

/**
 * Puts what a learned method has of its own, such as its teacher and its generator of masks, back from a checkpoint: to look at its masks,
 * or to evaluate its other heads.
 *
 * @param method Made with the options of the run; changed only if the checkpoint is whole and fits.
 * @param store Where the run kept its checkpoints.
 * @param slot Which one. Default `'best'`.
 * @throws MixError `MISSING_FILE`, `FORMAT`, `CORRUPT_DATA` or `STATE_MISMATCH`.
 */
export function restoreMethod(
  method: Method,
  store: CheckpointStore,
  slot: CheckpointSlot = 'best',
): Promise<void> {
  return restorePart('restoreMethod', 'method', method, store, slot);
}
