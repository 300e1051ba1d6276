import type { Tensor } from '@tensorflow/tfjs-core';
import { invalidArgument } from '../errors.js';

/** Throws unless `tensor` is float32 of this shape: fused kernels read memory by it. */
export function checkFloat32(
  where: string,
  argument: string,
  tensor: Tensor,
  shape: readonly number[] = tensor.shape,
): void {
  const fits =
    tensor.shape.length === shape.length && shape.every((size, axis) => tensor.shape[axis] === size);
  if (fits && tensor.dtype === 'float32') return;
  throw invalidArgument(where, argument, `be float32 [${shape}]`, `${tensor.dtype} [${tensor.shape}]`, {
    code: fits ? 'DTYPE' : 'SHAPE',
  });
}
