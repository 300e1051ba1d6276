import { invalidArgument, type NamedTensors } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Tensors of an optimiser by `<kind>.<variable>`, kept alive outside any tidy. */
export class Buffers {
  readonly #where: string;
  readonly #kinds: readonly string[];
  readonly #tensors = new Map<string, Tensor>();

  constructor(where: string, kinds: readonly string[]) {
    this.#where = where;
    this.#kinds = kinds;
  }

  get(kind: string, name: string): Tensor | undefined {
    return this.#tensors.get(`${kind}.${name}`);
  }

  /** Takes over `tensor` and frees the one before. */
  set(kind: string, name: string, tensor: Tensor): void {
    const key = `${kind}.${name}`;
    this.#tensors.get(key)?.dispose();
    this.#tensors.set(key, tf.keep(tensor));
  }

  state(): NamedTensors {
    return Object.fromEntries([...this.#tensors].map(([key, tensor]) => [key, tf.clone(tensor)]));
  }

  restore(tensors: NamedTensors): void {
    for (const key of Object.keys(tensors)) {
      if (this.#kinds.some((kind) => key.startsWith(`${kind}.`))) continue;
      throw invalidArgument(
        `${this.#where}.restore`,
        'state.tensors',
        `be named ${this.#kinds.map((kind) => `'${kind}.<variable>'`).join(' or ')}`,
        key,
        { code: 'STATE_MISMATCH' },
      );
    }
    this.dispose();
    for (const [key, tensor] of Object.entries(tensors)) {
      this.#tensors.set(key, tf.keep(tf.clone(tensor)));
    }
  }

  dispose(): void {
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }
}
