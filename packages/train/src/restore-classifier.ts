import type { Classifier } from '@mix/core';
import type { CheckpointSlot, CheckpointStore } from './checkpoint-store.js';
import { restorePart } from './internal/restore-part.js';

/**
 * Puts the weights of a checkpoint into a classifier: to evaluate or export the best epoch.
 *
 * @param classifier Changed only if the checkpoint is whole and fits.
 * @param store Where the run kept its checkpoints.
 * @param slot Which one. Default `'best'`.
 * @throws MixError `MISSING_FILE`, `FORMAT`, `CORRUPT_DATA` or `STATE_MISMATCH`.
 */
export function restoreClassifier(
  classifier: Classifier,
  store: CheckpointStore,
  slot: CheckpointSlot = 'best',
): Promise<void> {
  return restorePart('restoreClassifier', 'model', classifier, store, slot);
}
