import {
  DepthwiseConv2dNative,
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
  overrideKernel(DepthwiseConv2dNative, convolution);
  overrideKernel(DepthwiseConv2dNativeBackpropFilter, filterGradient);
  overrideKernel(DepthwiseConv2dNativeBackpropInput, inputGradient);
}

/** Larger windows than 3x3, of one filter to a channel; the others go to tfjs' kernel. */
function convolution({
  inputs: { x, filter },
  backend,
  attrs,
}: KernelCall<{ x: TensorInfo; filter: TensorInfo }, WindowAttrs>): TensorInfo | undefined {
  const [height = 0, width = 0, channels = 0, multiplier] = filter.shape;
  if (height * width <= TFJS_TAPS || multiplier !== 1 || channels < LEAST_CHANNELS) return undefined;
  const info = convInfo(DepthwiseConv2dNative, x.shape, filter.shape, attrs, true);
  const y = makeZeros(backend, info.outShape);
  const at = [x, filter, y].map((tensor) => pointer(backend, tensor));
  simdOf(backend).depthwiseConvolve(...at, ...extents(info), ...steps(info));
  return y;
}

// At 3x3 tfjs' is as fast; at 5x5 ours takes half of its time, at 7x7 a tenth.
const TFJS_TAPS = 9;
const LEAST_CHANNELS = 16;

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
