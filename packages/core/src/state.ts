import type { Tensor } from '@tensorflow/tfjs-core';
import type { Json } from './json.js';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/**
 * Everything that something stateful must keep to go on exactly where it was.
 * `tensors` are fresh and belong to whoever asked for the state; `values` is plain JSON.
 */
export interface State {
  /** Named tensors, in the layout they have on disk (PyTorch's for backbones). */
  readonly tensors: NamedTensors;
  /** Counters, options and the like. */
  readonly values: { readonly [key: string]: Json };
}
