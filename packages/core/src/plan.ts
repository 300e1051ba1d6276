import type { BatchShape } from './batch.js';

/**
 * What a mixer drew, apart from what is done with it. A plan of a hand-crafted mixer is plain JSON: it can be logged,
 * stored, sent, and applied again with the same result. Each method extends this with what it draws.
 */
export interface Plan {
  /** Name of the method (or combinator) that drew the plan. */
  readonly method: string;
  /** `[B,H,W]` of the batch it was drawn for. */
  readonly shape: BatchShape;
}
