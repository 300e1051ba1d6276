import { type TensorInfo, Transpose, util } from '@tensorflow/tfjs-core';
import { pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { copyStrided } from '../internal/strided-copy.js';

type TransposeCall = KernelCall<{ readonly x: TensorInfo }, { readonly perm: readonly number[] }>;

export function registerTranspose(): void {
  overrideKernel(Transpose, transpose);
}

/** Permutes the axes of float32 and int32 tensors; other types go to tfjs' kernel. */
function transpose({ inputs: { x }, backend, attrs: { perm } }: TransposeCall): TensorInfo | undefined {
  if (x.dtype !== 'float32' && x.dtype !== 'int32') return undefined;
  const shape = perm.map((axis) => x.shape[axis] ?? 1);
  const size = util.sizeFromShape(shape);
  const output = backend.makeOutput(shape, x.dtype);
  if (size === 0) return output;
  const axes = perm.map((axis, i) => ({
    size: x.shape[axis] ?? 1,
    from: util.sizeFromShape(x.shape.slice(axis + 1)),
    to: util.sizeFromShape(shape.slice(i + 1)),
  }));
  copyStrided(backend, pointer(backend, x), pointer(backend, output), axes);
  return output;
}
