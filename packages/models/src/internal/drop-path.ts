import { describeReceived, type Json, MixError, type Rng, type RngState, restoreRng } from '@mix/core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Stochastic depth, with a stream of its own that goes on from one forward pass to the next. */
export class DropPath {
  #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** Each sample's branch becomes 0 with probability `rate`, and `1 / (1 − rate)` times itself otherwise. */
  apply(branch: Tensor3D, rate: number): Tensor3D {
    if (rate === 0) return branch;
    const batch = branch.shape[0];
    return tf.tidy(() => {
      const factors = Array.from({ length: batch }, () => (this.#rng.uniform() < rate ? 0 : 1 / (1 - rate)));
      return tf.mul(branch, tf.tensor3d(factors, [batch, 1, 1]));
    });
  }

  /** Where the stream is: plain JSON. */
  state(): RngState {
    return this.#rng.state();
  }

  /** Draws from another stream from now on. */
  continueWith(rng: Rng): void {
    this.#rng = rng;
  }
}

/** The stream that a model's state holds; none if it holds no place, as weights from elsewhere do not. */
export function streamOf(state: Json | undefined): Rng | undefined {
  if (state === undefined) return undefined;
  try {
    return restoreRng(state as unknown as RngState);
  } catch (cause) {
    throw new MixError(
      `Classifier.restore: state.values.dropPath must be the state of an Rng; got ${describeReceived(state)}`,
      { code: 'STATE_MISMATCH', argument: 'state.values.dropPath', received: state, cause },
    );
  }
}
