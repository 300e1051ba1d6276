import type * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend } from '../internal/native-backend.js';
import { copyOf, stepsOf } from '../internal/strided-copy.js';
import { convolutionNumbers } from './convolution.js';
import {
  groupedConvolution,
  groupedFilterGradient,
  groupedInputGradient,
  type WindowAttrs,
  windowInfo,
} from './grouped-convolution.js';

/** The addon's own part of depthwise convolution; the rest is {@link ConvolutionAddon}'s. */
export interface DepthwiseAddon {
  /** For one filter to a channel. `shape`: see {@link convolutionNumbers}. */
  depthwiseFilterGradient(
    x: Float32Array,
    dy: Float32Array,
    dFilter: Float32Array,
    shape: readonly number[],
  ): void;
}

type Info = tf.backend_util.Conv2DInfo;

/** The filter `[height,width,channels,multiplier]` as that of a convolution in as many groups as channels. */
function asGrouped(backend: NativeBackend, filter: TensorInfo): TensorInfo {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  return backend.alias(filter, [height, width, 1, channels * multiplier]);
}

const convolution: NativeKernel<{ x: TensorInfo; filter: TensorInfo }, WindowAttrs> = ({
  inputs: { x, filter },
  attrs,
  backend,
}) => {
  const info = windowInfo(x.shape, filter.shape, attrs, true);
  const grouped = asGrouped(backend, filter);
  const y = groupedConvolution(backend, info, info.inChannels, x, grouped);
  backend.disposeIntermediateTensorInfo(grouped);
  return y;
};

const inputGradient: NativeKernel<
  { dy: TensorInfo; filter: TensorInfo },
  WindowAttrs & { readonly inputShape: readonly number[] }
> = ({ inputs: { dy, filter }, attrs, backend }) => {
  const info = windowInfo(attrs.inputShape, filter.shape, attrs, true);
  const grouped = asGrouped(backend, filter);
  const turned = turnedInfo(info);
  const dx =
    turned === undefined
      ? groupedInputGradient(backend, info, info.inChannels, dy, grouped)
      : turnedConvolution(backend, turned, dy, grouped);
  backend.disposeIntermediateTensorInfo(grouped);
  return dx;
};

// oneDNN's gradient with dilation takes ten times as long as its convolution, of which there is one that computes the same: that of
// dy with the filter turned by 180°. It needs one filter to a channel, no strides, and no more padding than the filter reaches.
function turnedInfo(info: Info): Info | undefined {
  const [top, left] = [
    (info.filterHeight - 1) * info.dilationHeight - info.padInfo.top,
    (info.filterWidth - 1) * info.dilationWidth - info.padInfo.left,
  ];
  const dilated = info.dilationHeight > 1 || info.dilationWidth > 1;
  const plain = info.strideHeight === 1 && info.strideWidth === 1 && info.outChannels === info.inChannels;
  if (!dilated || !plain || top < 0 || left < 0) return undefined;
  return {
    ...info,
    inHeight: info.outHeight,
    inWidth: info.outWidth,
    outHeight: info.inHeight,
    outWidth: info.inWidth,
    outShape: info.inShape,
    padInfo: { ...info.padInfo, top, left },
  };
}

function turnedConvolution(
  backend: NativeBackend,
  info: Info,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const [height, width, , channels] = filter.shape as [number, number, number, number];
  const [row, column, , channel] = stepsOf(filter.shape) as [number, number, number, number];
  const turned = copyOf(backend, filter, {
    start: (height - 1) * row + (width - 1) * column,
    shape: [height, width, 1, channels],
    steps: [-row, -column, 0, channel],
  });
  const dx = groupedConvolution(backend, info, info.inChannels, dy, turned);
  backend.disposeIntermediateTensorInfo(turned);
  return dx;
}

const filterGradient: NativeKernel<
  { x: TensorInfo; dy: TensorInfo },
  WindowAttrs & { readonly filterShape: readonly number[] }
> = ({ inputs: { x, dy }, attrs, backend }) => {
  const info = windowInfo(x.shape, attrs.filterShape, attrs, true);
  const empty = x.shape.includes(0) || dy.shape.includes(0) || attrs.filterShape.includes(0);
  if (empty || !hasSlowGradient(info))
    return groupedFilterGradient(backend, info, info.inChannels, [x, dy], attrs.filterShape);
  const dFilter = backend.output(attrs.filterShape);
  const arrays = [backend.floats(x), backend.floats(dy), backend.floats(dFilter)] as const;
  backend.addon.depthwiseFilterGradient(...arrays, convolutionNumbers(info, info.inChannels));
  return dFilter;
};

// oneDNN has a fast one for 3x3; beyond, and with dilation, ours takes a tenth of its time.
function hasSlowGradient(info: Info): boolean {
  const dilated = info.dilationHeight > 1 || info.dilationWidth > 1;
  const large = info.filterHeight > 3 || info.filterWidth > 3;
  return (dilated || large) && info.outChannels === info.inChannels;
}

/** Depthwise 2-D convolution over NHWC images and its two gradients. */
export const depthwiseConvolutionKernels: KernelTable = {
  DepthwiseConv2dNative: convolution,
  DepthwiseConv2dNativeBackpropInput: inputGradient,
  DepthwiseConv2dNativeBackpropFilter: filterGradient,
};
