import { Conv2DBackpropFilter, Conv2DBackpropInput, type TensorInfo } from '@tensorflow/tfjs-core';
import { makeZeros, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';
import { convInfo, extents, steps, type WindowAttrs } from '../internal/window.js';

type FilterAttrs = WindowAttrs & { readonly filterShape: readonly number[] };
type InputAttrs = WindowAttrs & { readonly inputShape: readonly number[] };

export function registerConvolution(): void {
  overrideKernel(Conv2DBackpropFilter, filterGradient);
  overrideKernel(Conv2DBackpropInput, inputGradient);
}

function filterGradient({
  inputs: { x, dy },
  backend,
  attrs,
}: KernelCall<{ x: TensorInfo; dy: TensorInfo }, FilterAttrs>): TensorInfo {
  const info = convInfo(Conv2DBackpropFilter, x.shape, attrs.filterShape, attrs);
  const target = makeZeros(backend, attrs.filterShape);
  simdOf(backend).convolveFilterGradient(
    pointer(backend, x),
    pointer(backend, dy),
    pointer(backend, target),
    ...extents(info, [info.outChannels]),
    ...steps(info),
  );
  return target;
}

function inputGradient({
  inputs: { dy, filter },
  backend,
  attrs,
}: KernelCall<{ dy: TensorInfo; filter: TensorInfo }, InputAttrs>): TensorInfo {
  const info = convInfo(Conv2DBackpropInput, attrs.inputShape, filter.shape, attrs);
  const dx = makeZeros(backend, attrs.inputShape);
  const panels = Math.ceil(info.inChannels / 8) * 8;
  const packed = info.filterHeight * info.filterWidth * info.outChannels * panels;
  withScratch(backend, packed, (scratch) => {
    simdOf(backend).convolve(
      0,
      pointer(backend, dx),
      pointer(backend, filter),
      pointer(backend, dy),
      scratch,
      ...extents(info, [info.outChannels]),
      ...steps(info),
    );
  });
  return dx;
}
