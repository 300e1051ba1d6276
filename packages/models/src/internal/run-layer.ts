import { type NamedTensors, withoutGradient } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ParameterStore } from './parameter-store.js';

/**
 * Runs the stem (0) or the n-th stage. A frozen one runs as in inference, and in training off the gradient's tape unless its
 * input depends on something that is trained: nothing is kept there for a backward pass that would not come.
 */
export function runLayer<T extends NamedTensors>(
  {
    store,
    layer,
    training,
  }: { readonly store: ParameterStore; readonly layer: number; readonly training: boolean },
  input: Tensor,
  compute: (training: boolean) => T,
): T {
  if (!store.isFrozen(layer)) return compute(training);
  return !training || mayNeedGradient(input) ? compute(false) : withoutGradient(() => compute(false));
}

// What tfjs records while a gradient is taken; no part of its typed interface.
interface TapeState {
  readonly activeTape?: readonly { readonly inputs: NamedTensors; readonly outputs: readonly Tensor[] }[];
  readonly gradientDepth: number;
}

/** Whether a gradient by a variable could flow through `x`: a generator's mask, images that are a variable themselves. */
function mayNeedGradient(x: Tensor): boolean {
  const { activeTape = [], gradientDepth } = tf.engine().state as unknown as TapeState;
  // A gradient within a gradient may be one by tensors, which nothing marks.
  if (gradientDepth !== 1) return true;
  const reached = new Set<number>();
  const isReached = (tensor: Tensor): boolean =>
    reached.has(tensor.id) || (tensor instanceof tf.Variable && tensor.trainable);
  for (const { inputs, outputs } of activeTape) {
    if (Object.values(inputs).some(isReached)) for (const { id } of outputs) reached.add(id);
  }
  return isReached(x);
}
