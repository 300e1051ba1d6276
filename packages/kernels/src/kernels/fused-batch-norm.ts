import { FusedBatchNorm, type TensorInfo } from '@tensorflow/tfjs-core';
import { floatsAt, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

interface NormInputs {
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  readonly scale?: TensorInfo;
  readonly offset?: TensorInfo;
}

export function registerFusedBatchNorm(): void {
  overrideKernel(FusedBatchNorm, fusedBatchNorm);
}

/** Normalises by given statistics of the last axis; statistics of another shape go to tfjs' kernel. */
function fusedBatchNorm({
  inputs: { x, mean, variance, scale, offset },
  backend,
  attrs,
}: KernelCall<NormInputs, { readonly varianceEpsilon: number }>): TensorInfo | undefined {
  const channels = x.shape.at(-1) ?? 1;
  const fits = (tensor: TensorInfo | null | undefined): boolean =>
    tensor === undefined || tensor === null || (tensor.shape.length === 1 && tensor.shape[0] === channels);
  if (x.dtype !== 'float32' || ![mean, variance, scale, offset].every(fits)) return undefined;
  const rows = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const y = backend.makeOutput(x.shape, 'float32');
  withScratch(backend, 2 * channels, (scratch) => {
    const read = (tensor: TensorInfo): Float32Array => floatsAt(backend, pointer(backend, tensor), channels);
    const prepared = floatsAt(backend, scratch, 2 * channels);
    for (const [c, spread] of read(variance).entries()) {
      const factor = scale ? (read(scale)[c] ?? 0) : 1;
      prepared[c] = factor / Math.sqrt(spread + attrs.varianceEpsilon);
      prepared[channels + c] = offset ? (read(offset)[c] ?? 0) : 0;
    }
    const simd = simdOf(backend);
    const shift = scratch + 4 * channels;
    simd.normalize(
      ...[pointer(backend, x), 0, pointer(backend, y), rows, channels],
      ...[pointer(backend, mean), scratch, shift, 0],
    );
  });
  return y;
}
