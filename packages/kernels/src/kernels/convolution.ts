import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { makeZeros, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';
import { convInfo, extents, steps, type WindowAttrs, withExplicitPadding } from '../internal/window.js';
import { beatsThreads, fitsWinograd } from '../internal/winograd.js';

type FilterAttrs = WindowAttrs & { readonly filterShape: readonly number[] };
type InputAttrs = WindowAttrs & { readonly inputShape: readonly number[] };

export function registerConvolution(): void {
  overrideKernel(Conv2D, forward);
  overrideKernel(Conv2DBackpropFilter, filterGradient);
  overrideKernel(Conv2DBackpropInput, inputGradient);
}

/** Takes 3x3 convolutions that suit Winograd's algorithm; the others go to tfjs' kernel (XNNPACK). */
function forward(
  call: KernelCall<{ x: TensorInfo; filter: TensorInfo }, WindowAttrs>,
  original?: (
    call: KernelCall<{ x: TensorInfo; filter: TensorInfo }, WindowAttrs>,
  ) => TensorInfo | TensorInfo[],
): TensorInfo | TensorInfo[] | undefined {
  const { inputs, backend, attrs } = call;
  const { x, filter } = inputs;
  if (attrs.dataFormat === 'NCHW' || x.dtype !== 'float32') return undefined;
  const info = convInfo(Conv2D, x.shape, filter.shape, attrs);
  if (!beatsThreads() || !fitsWinograd(info, { height: info.outHeight, width: info.outWidth })) {
    return original?.({ ...call, attrs: withExplicitPadding(Conv2D, attrs, info) });
  }
  const simd = simdOf(backend);
  const y = backend.makeOutput(info.outShape, 'float32');
  withScratch(backend, simd.winogradScratch(info.inChannels, info.outChannels), (scratch) => {
    simd.winogradConvolve(
      ...[0, pointer(backend, x), pointer(backend, filter), pointer(backend, y), scratch],
      ...extents(info, [info.outChannels]),
      ...[info.padInfo.top, info.padInfo.left],
    );
  });
  return y;
}

function filterGradient({
  inputs: { x, dy },
  backend,
  attrs,
}: KernelCall<{ x: TensorInfo; dy: TensorInfo }, FilterAttrs>): TensorInfo {
  const info = convInfo(Conv2DBackpropFilter, x.shape, attrs.filterShape, attrs);
  const simd = simdOf(backend);
  const target = makeZeros(backend, attrs.filterShape);
  const tensors = [x, dy, target].map((tensor) => pointer(backend, tensor));
  const sizes = extents(info, [info.outChannels]);
  if (!fitsWinograd(info, { height: info.outHeight, width: info.outWidth })) {
    simd.convolveFilterGradient(...tensors, ...sizes, ...steps(info));
    return target;
  }
  withScratch(backend, simd.winogradGradientScratch(info.inChannels, info.outChannels), (scratch) => {
    simd.winogradFilterGradient(...tensors, scratch, ...sizes, info.padInfo.top, info.padInfo.left);
  });
  return target;
}

function inputGradient({
  inputs: { dy, filter },
  backend,
  attrs,
}: KernelCall<{ dy: TensorInfo; filter: TensorInfo }, InputAttrs>): TensorInfo {
  const info = convInfo(Conv2DBackpropInput, attrs.inputShape, filter.shape, attrs);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  // The sizes of a transposed convolution are the caller's, and tfjs-core does not compare them.
  if (!util.arraysEqual(dy.shape, info.outShape)) {
    throw new Error(
      `Conv2DBackpropInput: dy must be [${info.outShape}], what this window makes of [${attrs.inputShape}]; got [${dy.shape}]`,
    );
  }
  const simd = simdOf(backend);
  if (fitsWinograd(info, { height: inHeight, width: inWidth })) {
    const dx = backend.makeOutput([...attrs.inputShape], 'float32');
    withScratch(backend, simd.winogradScratch(outChannels, inChannels), (scratch) => {
      simd.winogradConvolve(
        ...[1, pointer(backend, dy), pointer(backend, filter), pointer(backend, dx), scratch],
        ...[batchSize, outHeight, outWidth, outChannels, inHeight, inWidth, inChannels],
        ...[2 - info.padInfo.top, 2 - info.padInfo.left],
      );
    });
    return dx;
  }
  const dx = makeZeros(backend, attrs.inputShape);
  const packed = info.filterHeight * info.filterWidth * outChannels * Math.ceil(inChannels / 8) * 8;
  withScratch(backend, packed, (scratch) => {
    simd.convolveInputGradient(
      ...[pointer(backend, dx), pointer(backend, filter), pointer(backend, dy), scratch],
      ...extents(info, [outChannels]),
      ...steps(info),
    );
  });
  return dx;
}
