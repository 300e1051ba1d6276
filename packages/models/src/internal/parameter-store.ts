import type { NamedTensors, NamedVariables, State } from '@mix/core';
import type { Rank, ShapeMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkState } from './check-state.js';
import { diskShape, type Layout, toDisk, toMemory } from './layout.js';

interface Entry {
  readonly variable: Variable;
  readonly layout: Layout;
}

/** The parameters and buffers of one model under PyTorch's names, in the order in which they were made. */
export class ParameterStore {
  readonly #entries = new Map<string, Entry>();

  /** Makes a trainable float32 parameter from its initial values in memory layout. */
  parameter<R extends Rank>(
    name: string,
    shape: ShapeMap[R],
    values: Float32Array,
    layout: Layout = 'plain',
  ): Variable<R> {
    return this.#add(name, () => tf.tensor(values, shape), true, layout);
  }

  /** Makes a buffer, from its values or one for all: kept in the state, never trained. */
  buffer<R extends Rank>(
    name: string,
    shape: ShapeMap[R],
    values: number | Int32Array,
    dtype: 'float32' | 'int32' = 'float32',
  ): Variable<R> {
    const make = () =>
      typeof values === 'number' ? tf.fill(shape, values, dtype) : tf.tensor(values, shape, dtype);
    return this.#add(name, make, false, 'plain');
  }

  /** The trainable parameters by name. */
  variables(): NamedVariables {
    const trainable = [...this.#entries].filter(([, { variable }]) => variable.trainable);
    return Object.fromEntries(trainable.map(([name, { variable }]) => [name, variable]));
  }

  /** Everything as fresh tensors in PyTorch's layouts. */
  state(): State {
    const tensors: Record<string, Tensor> = {};
    for (const [name, { variable, layout }] of this.#entries) tensors[name] = toDisk(layout, variable);
    return { tensors, values: {} };
  }

  /** Runs something, and gives every buffer the values back that it had before. */
  keepingBuffers<T>(run: () => T): T {
    const buffers = [...this.#entries.values()].flatMap(({ variable }) => (variable.trainable ? [] : [variable]));
    const before = buffers.map((buffer) => tf.keep(tf.clone(buffer)));
    try {
      return run();
    } finally {
      for (const [index, buffer] of buffers.entries()) buffer.assign(before[index] as Tensor);
      tf.dispose(before);
    }
  }

  /** Takes back what {@link ParameterStore.state} gave; all or nothing. */
  restore(state: State): void {
    checkState('Classifier.restore', this.#specification(), state.tensors);
    tf.tidy(() => {
      const values = this.#toMemory(state.tensors);
      for (const [variable, value] of values) variable.assign(value);
    });
  }

  /** Frees every variable; harmless when repeated. */
  dispose(): void {
    for (const { variable } of this.#entries.values()) {
      if (!variable.isDisposed) variable.dispose();
    }
  }

  #add<R extends Rank>(name: string, make: () => Tensor<R>, trainable: boolean, layout: Layout): Variable<R> {
    // tfjs' own names are unique to the engine, so that two models may share PyTorch's.
    const variable = tf.tidy(() => tf.variable(make(), trainable));
    this.#entries.set(name, { variable: variable as Variable, layout });
    return variable;
  }

  #specification(): Map<string, { shape: number[]; dtype: string }> {
    return new Map(
      [...this.#entries].map(([name, { variable, layout }]) => [
        name,
        { shape: diskShape(layout, variable.shape), dtype: variable.dtype },
      ]),
    );
  }

  // All conversions come before the first assignment, so that one that fails leaves the model as it was.
  #toMemory(tensors: NamedTensors): [Variable, Tensor][] {
    return [...this.#entries].map(([name, { variable, layout }]) => [
      variable,
      toMemory(layout, tensors[name] as Tensor),
    ]);
  }
}
