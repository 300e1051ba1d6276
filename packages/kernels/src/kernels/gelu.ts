import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

/** `MixGelu`, in its exact form, and its gradient. */
export function registerGelu(): void {
  overrideKernel('MixGelu', gelu);
  overrideKernel('MixGeluGrad', geluGradient);
}

function gelu({ inputs: { x }, backend }: KernelCall<{ readonly x: TensorInfo }, object>): TensorInfo {
  const y = backend.makeOutput(x.shape, 'float32');
  simdOf(backend).gelu(pointer(backend, x), pointer(backend, y), util.sizeFromShape(x.shape));
  return y;
}

function geluGradient({
  inputs: { dy, x },
  backend,
}: KernelCall<{ readonly dy: TensorInfo; readonly x: TensorInfo }, object>): TensorInfo {
  const dx = backend.makeOutput(x.shape, 'float32');
  const at = [dy, x, dx].map((tensor) => pointer(backend, tensor));
  simdOf(backend).geluGradient(...at, util.sizeFromShape(x.shape));
  return dx;
}
