import type { CheckpointSlot, CheckpointStore } from './checkpoint-store.js';

/** Keeps checkpoints in memory: for tests, and for pages that store the bytes themselves. */
export function memoryCheckpointStore(): CheckpointStore {
  const slots = new Map<CheckpointSlot, Uint8Array>();
  return {
    save(slot, bytes) {
      const before = slots.get('last');
      if (slot === 'last' && before !== undefined) slots.set('previous', before);
      slots.set(slot, bytes.slice());
      return Promise.resolve();
    },
    load: (slot) => Promise.resolve(slots.get(slot)?.slice()),
    describe: (slot) => `checkpoint '${slot}' in memory`,
  };
}
