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
    const simd = simdOf(backend);
    const at = (tensor: TensorInfo): number => pointer(backend, tensor);
    // All pointers before any view: each may move a tensor here from another backend, and the heap may grow.
    const [from, to, means, variances] = [at(x), at(y), at(mean), at(variance)] as const;
    const [scales, offsets] = [scale && at(scale), offset && at(offset)];
    const view = (start: number): Float32Array => floatsAt(backend, start, channels);
    const prepared = floatsAt(backend, scratch, 2 * channels);
    for (const [c, spread] of view(variances).entries()) {
      const factor = scales === undefined || scales === null ? 1 : (view(scales)[c] ?? 0);
      prepared[c] = factor / Math.sqrt(spread + attrs.varianceEpsilon);
      prepared[channels + c] = offsets === undefined || offsets === null ? 0 : (view(offsets)[c] ?? 0);
    }
    simd.normalize(...[from, 0, to, rows, channels], ...[means, scratch, scratch + 4 * channels, 0]);
  });
  return y;
}
