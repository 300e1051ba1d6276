import { checkAlive, type NamedTensors, type NamedVariables, type Rng } from '@mix/core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { taken } from './prefixed-state.js';

/** The variables and buffers of a generator of masks, by name. */
export class BlockWeights {
  readonly #all = new Map<string, Variable>();
  readonly #rng: Rng;
  readonly #deviation: number;

  /**
   * @param rng Where first weights come from; only forked, by name.
   * @param deviation The standard deviation of first kernels.
   */
  constructor(rng: Rng, deviation = 0.01) {
    this.#rng = rng;
    this.#deviation = deviation;
  }

  /** A 1x1 kernel `[1,1,in,out]` from N(0, deviation²). */
  kernel(name: string, inChannels: number, outChannels: number): Variable {
    const rng = this.#rng.fork(name);
    const values = Float32Array.from({ length: inChannels * outChannels }, () =>
      rng.normal(0, this.#deviation),
    );
    return this.#add(name, true, () => tf.tensor4d(values, [1, 1, inChannels, outChannels]));
  }

  /** A vector filled with one number. */
  vector(name: string, size: number, fill: number, trainable = true): Variable {
    return this.#add(name, trainable, () => tf.fill([size], fill));
  }

  /** Those that are trained. */
  variables(): NamedVariables {
    return Object.fromEntries([...this.#all].filter(([, variable]) => variable.trainable));
  }

  /** Throws once they are disposed. */
  checkAlive(where: string): void {
    for (const variable of this.#all.values()) checkAlive(where, 'weights', variable);
  }

  /** Everything, as fresh tensors. */
  tensors(): NamedTensors {
    return Object.fromEntries([...this.#all].map(([name, variable]) => [name, tf.clone(variable as Tensor)]));
  }

  /** Takes back what {@link BlockWeights.tensors} gave; all or nothing. */
  restore(where: string, tensors: NamedTensors): void {
    const fitting = taken(where, Object.fromEntries(this.#all), tensors);
    for (const [name, variable] of this.#all) variable.assign(fitting[name] as Tensor);
  }

  /** Frees all; may be called twice. */
  dispose(): void {
    for (const variable of this.#all.values()) if (!variable.isDisposed) variable.dispose();
  }

  #add(name: string, trainable: boolean, make: () => Tensor): Variable {
    const variable = tf.tidy(() => tf.variable(make(), trainable));
    this.#all.set(name, variable);
    return variable;
  }
}
