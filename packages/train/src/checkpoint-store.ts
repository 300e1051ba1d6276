/** All slots, in the order in which a resumption tries them. */
export const checkpointSlots = ['last', 'previous', 'best'] as const;

/** The places of a run's checkpoints: the newest, the one before it, and the one with the best validation. */
export type CheckpointSlot = (typeof checkpointSlots)[number];

/** Where checkpoints are kept. */
export interface CheckpointStore {
  /**
   * Keeps a checkpoint, whole or not at all. What was `last` before becomes `previous`, unless it is known to be damaged.
   *
   * @param bytes A safetensors file; borrowed until the promise settles.
   */
  save(slot: 'last' | 'best', bytes: Uint8Array): Promise<void>;
  /** Gives what is in a slot, or `undefined` if there is nothing. */
  load(slot: CheckpointSlot): Promise<Uint8Array | undefined>;
  /** Name of a slot for messages, such as its path. */
  describe(slot: CheckpointSlot): string;
}
