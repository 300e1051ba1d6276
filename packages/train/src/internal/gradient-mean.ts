import type { NamedTensors } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Gradients of several batches, averaged over their samples as they come; a gradient that a batch lacks counts as 0. */
export class GradientMean {
  #mean: Record<string, Tensor> = {};
  #samples = 0;

  /** Takes over `gradients`, those of the mean loss over `samples`. */
  add(gradients: NamedTensors, samples: number): void {
    const before = this.#mean;
    this.#samples += samples;
    const share = samples / this.#samples;
    if (share === 1) {
      this.#mean = { ...gradients };
      return;
    }
    const names = new Set([...Object.keys(before), ...Object.keys(gradients)]);
    this.#mean = tf.tidy(() =>
      Object.fromEntries(
        [...names].map((name) => {
          const [old, own] = [before[name], gradients[name]];
          const kept = old && tf.mul(old, 1 - share);
          const added = own && tf.mul(own, share);
          return [name, (kept && added ? tf.add(kept, added) : (kept ?? added)) as Tensor];
        }),
      ),
    );
    tf.dispose([before, { ...gradients }]);
  }

  /** The mean so far; borrowed. */
  get gradients(): NamedTensors {
    return this.#mean;
  }

  dispose(): void {
    tf.dispose(this.#mean);
    this.#mean = {};
  }
}
