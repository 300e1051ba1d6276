import { MixError, type NamedTensors, type NamedVariables, type Rng } from '@mix/core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Parameters and buffers by name, in the order in which they were made. */
export class WeightStore {
  readonly #variables: Record<string, Variable> = {};
  readonly #buffers: Record<string, Variable> = {};

  /** A trainable matrix from N(0, 0.01²). */
  matrix(name: string, shape: [number, number], rng: Rng): Variable<tf.Rank.R2> {
    const stream = rng.fork(name);
    const values = Float32Array.from({ length: shape[0] * shape[1] }, () => stream.normal(0, 0.01));
    return this.#add(this.#variables, name, () => tf.tensor2d(values, shape), true);
  }

  /** A trainable vector, filled. */
  vector(name: string, size: number, fill: number): Variable<tf.Rank.R1> {
    return this.#add(this.#variables, name, () => tf.fill([size], fill), true);
  }

  /** A vector that is kept in the state and never trained. */
  buffer(name: string, size: number, fill: number): Variable<tf.Rank.R1> {
    return this.#add(this.#buffers, name, () => tf.fill([size], fill), false);
  }

  /** The trainable ones. */
  get variables(): NamedVariables {
    return this.#variables;
  }

  /** All of them as fresh tensors. */
  tensors(): NamedTensors {
    return Object.fromEntries(this.#all().map(([name, value]) => [name, tf.clone(value) as Tensor]));
  }

  /** Takes back what {@link WeightStore.tensors} gave; all or nothing. */
  restore(where: string, tensors: NamedTensors): void {
    const all = this.#all();
    const wanted = describe(all);
    const received = describe(Object.entries(tensors));
    const wrong = [...wanted].filter(([name, shape]) => received.get(name) !== shape);
    if (wrong.length > 0 || received.size !== wanted.size) {
      throw new MixError(
        `${where}: state must hold ${list(wanted)}; got ${list(received)}. Make the generator with the options of the one that was saved`,
        { code: 'STATE_MISMATCH', argument: 'state', received: [...received.keys()] },
      );
    }
    for (const [name, variable] of all) variable.assign(tensors[name] as Tensor);
  }

  /** Frees all; harmless when repeated. */
  dispose(): void {
    for (const [, variable] of this.#all()) if (!variable.isDisposed) variable.dispose();
  }

  #all(): [string, Variable][] {
    return [...Object.entries(this.#variables), ...Object.entries(this.#buffers)];
  }

  #add<R extends tf.Rank>(
    into: Record<string, Variable>,
    name: string,
    make: () => Tensor<R>,
    trainable: boolean,
  ): Variable<R> {
    const variable = tf.tidy(() => tf.variable(make(), trainable));
    into[name] = variable as Variable;
    return variable as Variable<R>;
  }
}

function describe(entries: readonly (readonly [string, Tensor])[]): Map<string, string> {
  return new Map(entries.map(([name, { dtype, shape }]) => [name, `${dtype} [${shape}]`]));
}

function list(tensors: ReadonlyMap<string, string>): string {
  return [...tensors].map(([name, shape]) => `${name} ${shape}`).join(', ');
}
