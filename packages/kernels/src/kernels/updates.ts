import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

type Inputs<Kept extends string> = Readonly<Record<'weights' | 'gradient', TensorInfo>> &
  Readonly<Partial<Record<Kept, TensorInfo>>>;

type AdamwAttrs = Readonly<Record<'beta1' | 'beta2' | 'epsilon' | 'shrink' | 'rate' | 'rootScale', number>>;

interface SgdAttrs {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly shrink: number;
}

/** `MixAdamw` and `MixSgd`: a step of an optimiser on one parameter, and what it keeps for the next. */
export function registerUpdates(): void {
  overrideKernel('MixAdamw', adamw);
  overrideKernel('MixSgd', sgd);
}

function adamw({
  inputs: { weights, gradient, mean, square },
  backend,
  attrs: { beta1, beta2, epsilon, shrink, rate, rootScale },
}: KernelCall<Inputs<'mean' | 'square'>, AdamwAttrs>): TensorInfo[] {
  const outputs = [0, 1, 2].map(() => backend.makeOutput(weights.shape, 'float32'));
  const at = [weights, gradient, mean, square, ...outputs].map((tensor) =>
    tensor ? pointer(backend, tensor) : 0,
  );
  const count = util.sizeFromShape(weights.shape);
  const betas = [beta1, 1 - beta1, beta2, 1 - beta2];
  simdOf(backend).adamwUpdate(...at, count, ...betas, epsilon, shrink, rate, rootScale);
  return outputs;
}

function sgd({
  inputs: { weights, gradient, velocity },
  backend,
  attrs: { learningRate, momentum, nesterov, weightDecay, shrink },
}: KernelCall<Inputs<'velocity'>, SgdAttrs>): TensorInfo[] {
  const out = backend.makeOutput(weights.shape, 'float32');
  const next = momentum > 0 ? backend.makeOutput(weights.shape, 'float32') : undefined;
  const at = [weights, gradient, velocity, out, next].map((tensor) =>
    tensor ? pointer(backend, tensor) : 0,
  );
  const count = util.sizeFromShape(weights.shape);
  simdOf(backend).sgdUpdate(...at, count, learningRate, momentum, weightDecay, shrink, nesterov ? 1 : 0);
  return next === undefined ? [out] : [out, next];
}
