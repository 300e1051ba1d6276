import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatsAt, makeZeros, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

interface TrainInputs {
  readonly x: TensorInfo;
  readonly scale: TensorInfo;
  readonly offset: TensorInfo;
  readonly residual?: TensorInfo;
}

interface TrainAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
}

/** Batch normalisation with the batch's own statistics, fused with an addition and a relu. */
export function registerBatchNormTrain(): void {
  overrideKernel('MixBatchNormTrain', batchNormTrain);
}

function batchNormTrain({
  inputs: { x, scale, offset, residual },
  backend,
  attrs: { epsilon, relu },
}: KernelCall<TrainInputs, TrainAttrs>): TensorInfo[] {
  const channels = x.shape.at(-1) ?? 1;
  const rows = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const y = backend.makeOutput(x.shape, 'float32');
  const mean = makeZeros(backend, [channels]);
  const variance = makeZeros(backend, [channels]);
  if (rows === 0 || channels === 0) return [y, mean, variance];
  const simd = simdOf(backend);
  withScratch(backend, 4 * channels, (scratch) => {
    const at = (tensor: TensorInfo): number => pointer(backend, tensor);
    simd.columnMoments(at(x), rows, channels, at(mean), at(variance), scratch);
    // All pointers before any view: each may move a tensor here from another backend, and the heap may grow.
    const [from, added, shift] = [at(x), residual === undefined ? 0 : at(residual), at(offset)] as const;
    const [factors, scales, spreads] = [scratch, at(scale), at(variance)].map((start) =>
      floatsAt(backend, start, channels),
    ) as [Float32Array, Float32Array, Float32Array];
    for (const [c, spread] of spreads.entries()) {
      factors[c] = (scales[c] ?? 0) / Math.sqrt(spread + epsilon);
    }
    simd.normalize(from, added, at(y), rows, channels, at(mean), scratch, shift, relu ? 1 : 0);
  });
  return [y, mean, variance];
}
