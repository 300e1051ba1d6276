import { type Classifier, invalidArgument, type Json } from '@mix/core';
import { decodeCheckpoint } from './checkpoint.js';
import type { CheckpointSlot, CheckpointStore } from './checkpoint-store.js';
import { withUploaded } from './internal/host-state.js';

/**
 * Puts the weights of a checkpoint into a classifier: to evaluate or export the best epoch.
 *
 * @param classifier Changed only if the checkpoint is whole and fits.
 * @param store Where the run kept its checkpoints.
 * @param slot Which one. Default `'best'`.
 * @throws MixError `MISSING_FILE`, `FORMAT`, `CORRUPT_DATA` or `STATE_MISMATCH`.
 */
export async function restoreClassifier(
  classifier: Classifier,
  store: CheckpointStore,
  slot: CheckpointSlot = 'best',
): Promise<void> {
  const name = store.describe(slot);
  const bytes = await store.load(slot);
  if (bytes === undefined) {
    throw invalidArgument('restoreClassifier', name, 'exist', undefined, { code: 'MISSING_FILE' });
  }
  const { tensors, values } = await decodeCheckpoint(bytes, name);
  const own = (values['model'] ?? {}) as { readonly [key: string]: Json };
  withUploaded('model.', tensors, (uploaded) => classifier.restore({ tensors: uploaded, values: own }));
}
