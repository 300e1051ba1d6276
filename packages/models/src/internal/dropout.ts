import type { Rng, RngState } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { RandomPart } from './model-state.js';

/** Dropout, with a stream of its own that goes on from one forward pass to the next. */
export class Dropout implements RandomPart {
  readonly #rate: number;
  #rng: Rng;

  constructor(rng: Rng, rate: number) {
    this.#rng = rng;
    this.#rate = rate;
  }

  /** In training each value becomes 0 with probability `rate`, and `1 / (1 − rate)` times itself otherwise. */
  apply<T extends tf.Tensor>(x: T, training: boolean): T {
    const rate = this.#rate;
    if (!training || rate === 0) return x;
    const factors = new Float32Array(x.size);
    const kept = 1 / (1 - rate);
    for (let index = 0; index < factors.length; index++) {
      if (this.#rng.uniform() >= rate) factors[index] = kept;
    }
    return tf.tidy(() => tf.mul(x, tf.tensor(factors, x.shape)) as T);
  }

  state(): RngState {
    return this.#rng.state();
  }

  continueWith(rng: Rng): void {
    this.#rng = rng;
  }
}
