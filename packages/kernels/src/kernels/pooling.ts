import { AvgPoolGrad, MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs-core';
import { makeZeros, pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';
import { extents, poolInfo, steps, type WindowAttrs } from '../internal/window.js';

type PoolAttrs = WindowAttrs & { readonly filterSize: [number, number] | number };
type PoolCall = KernelCall<{ dy: TensorInfo; input: TensorInfo }, PoolAttrs>;

export function registerPooling(): void {
  overrideKernel(MaxPoolGrad, maxPoolGradient);
  overrideKernel(AvgPoolGrad, averagePoolGradient);
}

function maxPoolGradient({ inputs: { dy, input }, backend, attrs }: PoolCall): TensorInfo {
  const info = poolInfo(input.shape, attrs.filterSize, attrs);
  const dx = makeZeros(backend, input.shape);
  simdOf(backend).maxPoolGradient(
    pointer(backend, input),
    pointer(backend, dy),
    pointer(backend, dx),
    ...extents(info),
    ...steps(info),
  );
  return dx;
}

// As on the other backends this divides by the whole window; the gradient of AvgPool makes up for padding.
function averagePoolGradient({ inputs: { dy, input }, backend, attrs }: PoolCall): TensorInfo {
  const info = poolInfo(input.shape, attrs.filterSize, attrs);
  const dx = makeZeros(backend, input.shape);
  simdOf(backend).averagePoolGradient(
    pointer(backend, dy),
    pointer(backend, dx),
    1 / (info.filterHeight * info.filterWidth),
    ...extents(info),
    ...steps(info),
  );
  return dx;
}
