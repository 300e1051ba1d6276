import { invalidArgument, type Json, type State } from '@mix/core';
import { decodeCheckpoint } from '../checkpoint.js';
import type { CheckpointSlot, CheckpointStore } from '../checkpoint-store.js';
import { withUploaded } from './host-state.js';

/** Gives a part of a run what a checkpoint holds of it under `key`. */
export async function restorePart(
  where: string,
  key: 'model' | 'method',
  part: { readonly name?: string; restore(state: State): void },
  store: CheckpointStore,
  slot: CheckpointSlot,
): Promise<void> {
  const name = store.describe(slot);
  const bytes = await store.load(slot);
  if (bytes === undefined) {
    throw invalidArgument(where, name, 'exist', undefined, { code: 'MISSING_FILE' });
  }
  const { tensors, values, identity } = await decodeCheckpoint(bytes, name);
  if (key === 'method' && identity['method'] !== part.name) {
    throw invalidArgument(where, name, `be of method '${part.name}'`, identity['method'], {
      code: 'STATE_MISMATCH',
    });
  }
  const own = (values[key] ?? {}) as { readonly [key: string]: Json };
  withUploaded(`${key}.`, tensors, (uploaded) => part.restore({ tensors: uploaded, values: own }));
}
