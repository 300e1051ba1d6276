import type { State } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { partsOf, type Trained } from './run-state.js';

/** Everything that a step changes, as it was before it. Shares the tensors until the step replaces them. */
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
