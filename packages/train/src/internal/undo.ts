import type { State } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { partsOf, type Trained } from './run-state.js';

/**
 * Everything that a step changes, as it was before it. Shares what a state clones until the step replaces it; convolutions and dense layers
 * of `@mix/models` come as copies, in PyTorch's layout.
 */
export class Undo {
  readonly #parts: readonly { readonly restore: () => void; readonly state: State }[];

  constructor(trained: Trained) {
    this.#parts = partsOf(trained).map(([, part]) => {
      const state = part.state();
      return { state, restore: () => part.restore(state) };
    });
  }

  /** Puts everything back. */
  restore(): void {
    for (const part of this.#parts) part.restore();
  }

  dispose(): void {
    for (const { state } of this.#parts) tf.dispose({ ...state.tensors });
  }
}
