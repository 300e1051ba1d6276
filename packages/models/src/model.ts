import type { Classifier } from '@mix/core';

/** A classifier that owns its weights. */
export interface Model extends Classifier {
  /** Frees every parameter and buffer; calling it again does nothing. The model cannot run afterwards. */
  dispose(): void;
}
