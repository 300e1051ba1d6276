import type { TensorInfo } from '@tensorflow/tfjs-core';
import { callKernel } from './call-kernel.js';
import type { NativeBackend } from './native-backend.js';

/** What tfjs' fused kernels say of their activation. */
export interface Activation {
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

const kernelNames = new Map([
  ['relu', 'Relu'],
  ['relu6', 'Relu6'],
  ['elu', 'Elu'],
  ['sigmoid', 'Sigmoid'],
  ['leakyrelu', 'LeakyRelu'],
  ['prelu', 'Prelu'],
]);

/**
 * The activation of a fused kernel, over what the kernel has made of it so far.
 *
 * @param x Given away: it is the result where there is nothing to apply, and disposed otherwise.
 * @param alpha The slopes of `'prelu'`.
 */
export function applyActivation(
  backend: NativeBackend,
  x: TensorInfo,
  { activation = 'linear', leakyreluAlpha }: Activation,
  alpha?: TensorInfo,
): TensorInfo {
  if (activation === 'linear') return x;
  const name = kernelNames.get(activation);
  if (name === undefined) throw new Error(`there is no activation ${activation} to fuse`);
  const inputs = alpha === undefined || activation !== 'prelu' ? { x } : { x, alpha };
  const y = callKernel(
    backend,
    name,
    inputs,
    activation === 'leakyrelu' ? { alpha: leakyreluAlpha ?? 0.2 } : {},
  );
  backend.disposeIntermediateTensorInfo(x);
  return y;
}
