import { checkAlive, invalidArgument, type NamedTensors, type NamedVariables, type State } from '@mix/core';
import type { Rank, ShapeMap, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { PositionGrid, Weight } from '../weight.js';
import { checkState } from './check-state.js';
import { diskShape, type Layout, toDisk, toMemory } from './layout.js';

interface Entry {
  readonly variable: Variable;
  readonly layout: Layout;
  readonly kind: Weight['kind'];
  /** Undefined after the stages. */
  readonly layer: number | undefined;
}

/** What is not trained of a {@link ParameterStore}. */
export interface StoreOptions {
  /** Name of the public factory, for messages. */
  readonly where?: string;
  /** Number of the model's stages. */
  readonly stages?: number;
  /** Do not train the stem and so many stages. */
  readonly frozenStages?: number | undefined;
}

/** The parameters and buffers of one model under PyTorch's names, in the order in which they were made. */
export class ParameterStore {
  readonly #entries = new Map<string, Entry>();
  readonly #grids = new Map<string, PositionGrid>();
  readonly #frozenStages: number;
  // The first stage that is made is preceded by the stem alone.
  #layer: number | undefined = 0;
  #stages = 0;
  #trains = true;

  constructor({ where = 'ParameterStore', stages = 0, frozenStages }: StoreOptions = {}) {
    if (
      frozenStages !== undefined &&
      !(Number.isSafeInteger(frozenStages) && frozenStages >= 0 && frozenStages <= stages)
    ) {
      const rule = `be an integer from 0 (the stem alone) to ${stages} (all stages)`;
      throw invalidArgument(where, 'frozenStages', rule, frozenStages);
    }
    this.#frozenStages = frozenStages ?? -1;
  }

  /** Makes the `index`-th stage, counted from 1: what is made before the first belongs to the stem, what is made outside later to the head. */
  stage<T>(index: number, make: () => T): T {
    this.#layer = index;
    this.#stages = Math.max(this.#stages, index);
    try {
      return make();
    } finally {
      this.#layer = undefined;
    }
  }

  /** Makes parameters that are not trained. */
  untrained<T>(make: () => T): T {
    this.#trains = false;
    try {
      return make();
    } finally {
      this.#trains = true;
    }
  }

  /** Whether the stem (0) or the n-th stage is not trained. */
  isFrozen(layer: number): boolean {
    return layer <= this.#frozenStages;
  }

  /** Says how the rows of a parameter lie on a grid, so that it can be fitted to another. */
  onGrid(name: string, grid: PositionGrid): void {
    this.#grids.set(name, grid);
  }

  /** Everything one by one, by name; the last layer's parameters are `<headName>.weight` and `<headName>.bias`. */
  weights(headName: string): ReadonlyMap<string, Weight> {
    const head = new Set([`${headName}.weight`, `${headName}.bias`]);
    return new Map(
      [...this.#entries].map(([name, entry]) => [
        name,
        { ...this.#weight(name, entry), head: head.has(name) },
      ]),
    );
  }

  /** Makes a trainable float32 parameter from its initial values in memory layout. */
  parameter<R extends Rank>(
    name: string,
    shape: ShapeMap[R],
    values: Float32Array,
    layout: Layout = 'plain',
  ): Variable<R> {
    return this.#add(name, () => tf.tensor(values, shape), 'parameter', layout);
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
    return this.#add(name, make, 'buffer', 'plain');
  }

  /** The trainable parameters by name. */
  variables(): NamedVariables {
    const trainable = [...this.#entries].filter(([, { variable }]) => variable.trainable);
    return Object.fromEntries(trainable.map(([name, { variable }]) => [name, variable]));
  }

  /** Throws once the store is disposed. */
  checkAlive(where: string): void {
    const [first] = this.#entries.values();
    if (first !== undefined) checkAlive(where, 'weights', first.variable);
  }

  /** Everything as fresh tensors in PyTorch's layouts. */
  state(): State {
    this.checkAlive('Classifier.state');
    const tensors: Record<string, Tensor> = {};
    for (const [name, { variable, layout }] of this.#entries) tensors[name] = toDisk(layout, variable);
    return { tensors, values: {} };
  }

  /** Runs something, and gives every buffer the values back that it had before. */
  keepingBuffers<T>(run: () => T): T {
    const buffers = [...this.#entries.values()].flatMap(({ variable }) =>
      variable.trainable ? [] : [variable],
    );
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
    // tfjs would let a disposed variable take a value, which nothing frees again.
    this.checkAlive('Classifier.restore');
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

  #add<R extends Rank>(
    name: string,
    make: () => Tensor<R>,
    kind: Weight['kind'],
    layout: Layout,
  ): Variable<R> {
    const layer = this.#layer;
    const isFrozen = !this.#trains || (layer !== undefined && this.isFrozen(layer));
    const trainable = kind === 'parameter' && !isFrozen;
    // tfjs' own names are unique to the engine, so that two models may share PyTorch's.
    const variable = tf.tidy(() => tf.variable(make(), trainable));
    this.#entries.set(name, { variable: variable as Variable, layout, kind, layer });
    return variable;
  }

  #weight(name: string, { variable, layout, kind, layer = this.#stages + 1 }: Entry): Omit<Weight, 'head'> {
    const shape = diskShape(layout, variable.shape);
    const dtype = variable.dtype as Weight['dtype'];
    const grid = this.#grids.get(name);
    return {
      kind,
      layer,
      shape,
      dtype,
      ...(grid && { grid }),
      read: () => {
        checkAlive('Weight.read', name, variable);
        return toDisk(layout, variable);
      },
      write(value) {
        checkAlive('Weight.write', name, variable);
        if (value.dtype !== dtype) {
          throw invalidArgument('Weight.write', `the value of ${name}`, `be ${dtype}`, value.dtype, {
            code: 'DTYPE',
          });
        }
        if (String(value.shape) !== String(shape)) {
          throw invalidArgument('Weight.write', `the value of ${name}`, `be [${shape}]`, value.shape, {
            code: 'SHAPE',
          });
        }
        tf.tidy(() => variable.assign(toMemory(layout, value)));
      },
    };
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
