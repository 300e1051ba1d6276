import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatsAt, makeZeros, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

interface GradInputs {
  readonly dy: TensorInfo;
  readonly y: TensorInfo;
  readonly x: TensorInfo;
  readonly scale: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
}

interface GradAttrs {
  readonly epsilon: number;
  readonly relu: boolean;
  readonly residual: boolean;
}

/** The gradient of `MixBatchNormTrain`. */
export function registerBatchNormTrainGrad(): void {
  overrideKernel('MixBatchNormTrainGrad', batchNormTrainGrad);
}

/** With g the part of dy that relu passes: `dx = scale·rstd·(g − mean(g) − x̂·mean(g·x̂))`. */
function batchNormTrainGrad({
  inputs: { dy, y, x, scale, mean, variance },
  backend,
  attrs: { epsilon, relu, residual },
}: KernelCall<GradInputs, GradAttrs>): TensorInfo[] {
  const channels = x.shape.at(-1) ?? 1;
  const rows = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const dx = backend.makeOutput(x.shape, 'float32');
  const dScale = makeZeros(backend, [channels]);
  const dOffset = makeZeros(backend, [channels]);
  const outputs = [dx, dScale, dOffset];
  const dResidual = residual ? backend.makeOutput(x.shape, 'float32') : undefined;
  if (dResidual !== undefined) outputs.push(dResidual);
  if (rows === 0 || channels === 0) return outputs;
  const simd = simdOf(backend);
  const at = (tensor: TensorInfo): number => pointer(backend, tensor);
  withScratch(backend, 8 * channels, (scratch) => {
    const vector = (index: number): number => scratch + (4 + index) * 4 * channels;
    const [rstd, a, b, c] = [vector(0), vector(1), vector(2), vector(3)] as const;
    const view = (start: number): Float32Array => floatsAt(backend, start, channels);
    // All pointers before any view: each may move a tensor here from another backend, and the heap may grow.
    const shared = [at(dy), at(y), at(x), rows, channels, at(mean)];
    const [variances, scaleAt, passed] = [
      at(variance),
      at(scale),
      dResidual === undefined ? 0 : at(dResidual),
    ] as const;
    const inverse = view(rstd);
    for (const [i, spread] of view(variances).entries()) inverse[i] = 1 / Math.sqrt(spread + epsilon);
    simd.normGradientSums(...shared, rstd, relu ? 1 : 0, at(dScale), at(dOffset), scratch);
    const [scales, scaleSums, offsetSums] = [view(scaleAt), view(at(dScale)), view(at(dOffset))];
    const [forGradient, forInput, constant] = [view(a), view(b), view(c)];
    for (const [i, deviation] of inverse.entries()) {
      const factor = (scales[i] ?? 0) * deviation;
      forGradient[i] = factor;
      forInput[i] = (-factor * deviation * (scaleSums[i] ?? 0)) / rows;
      constant[i] = (-factor * (offsetSums[i] ?? 0)) / rows;
    }
    simd.normInputGradient(...shared, a, b, c, relu ? 1 : 0, at(dx), passed);
  });
  return outputs;
}
