import {
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { makeZeros, pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';
import { convInfo, extents, steps, type WindowAttrs } from '../internal/window.js';

type FilterAttrs = WindowAttrs & { readonly filterShape: readonly [number, number, number, number] };
type InputAttrs = WindowAttrs & { readonly inputShape: readonly number[] };

export function registerDepthwise(): void {
  overrideKernel(DepthwiseConv2dNativeBackpropFilter, filterGradient);
  overrideKernel(DepthwiseConv2dNativeBackpropInput, inputGradient);
}

function filterGradient({
  inputs: { x, dy },
  backend,
  attrs,
}: KernelCall<{ x: TensorInfo; dy: TensorInfo }, FilterAttrs>): TensorInfo {
  const info = convInfo(DepthwiseConv2dNativeBackpropFilter, x.shape, attrs.filterShape, attrs, true);
  const target = makeZeros(backend, attrs.filterShape);
  simdOf(backend).depthwiseGradient(
    0,
    pointer(backend, x),
    pointer(backend, target),
    pointer(backend, dy),
    ...extents(info, [attrs.filterShape[3]]),
    ...steps(info),
  );
  return target;
}

function inputGradient({
  inputs: { dy, filter },
  backend,
  attrs,
}: KernelCall<{ dy: TensorInfo; filter: TensorInfo }, InputAttrs>): TensorInfo {
  const info = convInfo(DepthwiseConv2dNativeBackpropInput, attrs.inputShape, filter.shape, attrs, true);
  const dx = makeZeros(backend, attrs.inputShape);
  simdOf(backend).depthwiseGradient(
    1,
    pointer(backend, dx),
    pointer(backend, filter),
    pointer(backend, dy),
    ...extents(info, [info.outChannels / info.inChannels]),
    ...steps(info),
  );
  return dx;
}
