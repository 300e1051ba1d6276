import { getBackend } from '@tensorflow/tfjs-core';

/** Whether the active backend's gradient kernels of convolutions take dilation: ours do, and those of `@mix/native`. */
export function takesDilation(): boolean {
  return ['wasm', 'native'].includes(getBackend());
}
