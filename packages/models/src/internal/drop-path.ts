import type { Rng, RngState } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { RandomPart } from './model-state.js';

/** Stochastic depth, with a stream of its own that goes on from one forward pass to the next. */
export class DropPath implements RandomPart {
  #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** Each sample's branch `[B,...]` becomes 0 with probability `rate`, and `1 / (1 − rate)` times itself otherwise. */
  apply<T extends Tensor>(branch: T, rate: number): T {
    if (rate === 0) return branch;
    const [batch = 0, ...inner] = branch.shape;
    return tf.tidy(() => {
      const factors = Array.from({ length: batch }, () => (this.#rng.uniform() < rate ? 0 : 1 / (1 - rate)));
      return tf.mul(branch, tf.tensor(factors, [batch, ...inner.map(() => 1)]));
    });
  }

  state(): RngState {
    return this.#rng.state();
  }

  continueWith(rng: Rng): void {
    this.#rng = rng;
  }
}
