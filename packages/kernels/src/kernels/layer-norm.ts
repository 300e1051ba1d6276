import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { makeZeros, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

interface Attrs {
  readonly epsilon: number;
}

type ForwardCall = KernelCall<Readonly<Record<'x' | 'scale' | 'offset', TensorInfo>>, Attrs>;
type BackwardCall = KernelCall<
  Readonly<Record<'dy' | 'x' | 'scale' | 'mean' | 'variance', TensorInfo>>,
  Attrs
>;

/** `MixLayerNorm`, over the last axis: the outcome, means and biased variances; and its gradients. */
export function registerLayerNorm(): void {
  overrideKernel('MixLayerNorm', layerNorm);
  overrideKernel('MixLayerNormGrad', layerNormGradient);
}

function layerNorm({ inputs: { x, scale, offset }, backend, attrs }: ForwardCall): TensorInfo[] {
  const outer = x.shape.slice(0, -1);
  const outputs = [x.shape, outer, outer].map((shape) => backend.makeOutput(shape, 'float32'));
  const at = [x, scale, offset, ...outputs].map((tensor) => pointer(backend, tensor));
  simdOf(backend).layerNorm(...at, util.sizeFromShape(outer), scale.shape[0] ?? 0, attrs.epsilon);
  return outputs;
}

function layerNormGradient({ inputs, backend, attrs }: BackwardCall): TensorInfo[] {
  const { dy, x, scale, mean, variance } = inputs;
  const channels = scale.shape[0] ?? 0;
  const dx = backend.makeOutput(x.shape, 'float32');
  const outputs = [dx, makeZeros(backend, [channels]), makeZeros(backend, [channels])];
  const rows = util.sizeFromShape(x.shape.slice(0, -1));
  if (channels === 0) return outputs;
  withScratch(backend, 6 * channels, (scratch) => {
    const at = [dy, x, scale, mean, variance, ...outputs].map((tensor) => pointer(backend, tensor));
    simdOf(backend).layerNormGradient(...at, rows, channels, attrs.epsilon, scratch);
  });
  return outputs;
}
