import { type backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { makeZeros, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';
import { convInfo, extents, steps, type WindowAttrs } from '../internal/window.js';

type GroupAttrs = WindowAttrs & { readonly groups: number };
type FilterAttrs = GroupAttrs & { readonly filterShape: readonly number[] };
type InputAttrs = GroupAttrs & { readonly inputShape: readonly number[] };

/** What `groupedConv2d` of @mix/core calls: convolution in groups, filter `[height,width,in/groups,out]`, and its gradients. */
export function registerGroupedConvolution(): void {
  overrideKernel('MixGroupedConv2D', forward);
  overrideKernel('MixGroupedConv2DBackpropInput', inputGradient);
  overrideKernel('MixGroupedConv2DBackpropFilter', filterGradient);
}

function forward({
  inputs: { x, filter },
  backend,
  attrs,
}: KernelCall<{ x: TensorInfo; filter: TensorInfo }, GroupAttrs>): TensorInfo {
  const info = convInfo('MixGroupedConv2D', x.shape, filter.shape, attrs);
  const y = backend.makeOutput(info.outShape, 'float32');
  const [packed, image] = scratchOf(filter, paddedSize(info) * info.inChannels);
  withScratch(backend, packed + image, (scratch) => {
    simdOf(backend).convolveGroups(
      ...[
        0,
        pointer(backend, x),
        pointer(backend, filter),
        pointer(backend, y),
        scratch,
        scratch + 4 * packed,
      ],
      ...[...extents(info, [info.outChannels]), attrs.groups, ...steps(info), 1, 1],
    );
  });
  return y;
}

/** The convolution of dy, its pixels the stride apart, with the filter turned by 180° and inputs for outputs. */
function inputGradient({
  inputs: { dy, filter },
  backend,
  attrs,
}: KernelCall<{ dy: TensorInfo; filter: TensorInfo }, InputAttrs>): TensorInfo {
  const info = convInfo('MixGroupedConv2DBackpropInput', attrs.inputShape, filter.shape, attrs);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { filterHeight, filterWidth, dilationHeight, dilationWidth } = info;
  const [reachY, reachX] = [info.effectiveFilterHeight - 1, info.effectiveFilterWidth - 1];
  const dx = backend.makeOutput([...attrs.inputShape], 'float32');
  const [packed, image] = scratchOf(filter, (inHeight + reachY) * (inWidth + reachX) * outChannels);
  withScratch(backend, packed + image, (scratch) => {
    simdOf(backend).convolveGroups(
      ...[
        1,
        pointer(backend, dy),
        pointer(backend, filter),
        pointer(backend, dx),
        scratch,
        scratch + 4 * packed,
      ],
      ...[batchSize, outHeight, outWidth, outChannels, inHeight, inWidth, inChannels, attrs.groups],
      ...[filterHeight, filterWidth, 1, 1, dilationHeight, dilationWidth],
      ...[reachY - padInfo.top, reachX - padInfo.left, info.strideHeight, info.strideWidth],
    );
  });
  return dx;
}

function filterGradient({
  inputs: { x, dy },
  backend,
  attrs,
}: KernelCall<{ x: TensorInfo; dy: TensorInfo }, FilterAttrs>): TensorInfo {
  const info = convInfo('MixGroupedConv2DBackpropFilter', x.shape, attrs.filterShape, attrs);
  const target = makeZeros(backend, attrs.filterShape);
  withScratch(backend, paddedSize(info) * info.inChannels, (image) => {
    simdOf(backend).groupedFilterGradient(
      ...[pointer(backend, x), pointer(backend, dy), pointer(backend, target), image],
      ...[...extents(info, [info.outChannels]), attrs.groups, ...steps(info)],
    );
  });
  return target;
}

/** Floats for the packed filter, of which four more are read than it has, and for one image. */
function scratchOf(filter: TensorInfo, image: number): [packed: number, image: number] {
  return [util.sizeFromShape(filter.shape) + 4, image];
}

/** Pixels of an image with as much padding as the windows see. */
function paddedSize(info: backend_util.Conv2DInfo): number {
  const rows = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight;
  const columns = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth;
  return rows * columns;
}
