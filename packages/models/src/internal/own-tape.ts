import * as tf from '@tensorflow/tfjs-core';

// Where tfjs is in a gradient; no part of its typed interface.
interface TapeState {
  activeTape: unknown;
  gradientDepth: number;
  kernelDepth: number;
}

/**
 * Runs `compute` as if no gradient were being taken, so that one taken in it has a tape of its own. Within another gradient tfjs
 * would put the inner one's ops on the outer tape, keep what they saved until the outer one ends, and let the outer gradient
 * flow through the inner one.
 */
export function onOwnTape<T>(compute: () => T): T {
  const state = tf.engine().state as unknown as TapeState;
  const { activeTape, gradientDepth, kernelDepth } = state;
  const set = (values: TapeState): TapeState => Object.assign(state, values);
  set({ activeTape: undefined, gradientDepth: 0, kernelDepth: 0 });
  try {
    return compute();
  } finally {
    set({ activeTape, gradientDepth, kernelDepth });
  }
}
