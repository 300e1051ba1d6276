import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkWindow } from '../internal/check-window.js';
import type { FilterUse } from '../internal/kept-filters.js';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend } from '../internal/native-backend.js';
import { isPointwise, pointwise, pointwiseFilterGradient, pointwiseInputGradient } from './pointwise.js';

type Conv2DInfo = tf.backend_util.Conv2DInfo;
type Padding = Parameters<typeof tf.backend_util.computeConv2DInfo>[4];

/**
 * The addon's convolutions. `shape` holds the sixteen numbers of its ConvolutionShape, see {@link convolutionNumbers}; `winograd` allows
 * Winograd's algorithm where it fits. Its transformed filter is written to `kept`, or read from there where that `isFilled`.
 */
export interface ConvolutionAddon {
  convolution(
    x: Float32Array,
    filter: Float32Array,
    y: Float32Array,
    shape: readonly number[],
    winograd: boolean,
    kept?: Float32Array,
    isFilled?: boolean,
  ): void;
  /** Floats of a place for the transformed filter; 0 where keeping it does not pay. */
  keptFilterSize(shape: readonly number[]): number;
  convolutionInputGradient(
    dy: Float32Array,
    filter: Float32Array,
    dx: Float32Array,
    shape: readonly number[],
    winograd: boolean,
    kept?: Float32Array,
    isFilled?: boolean,
  ): void;
  convolutionFilterGradient(
    x: Float32Array,
    dy: Float32Array,
    dFilter: Float32Array,
    shape: readonly number[],
    winograd: boolean,
  ): void;
}

let winogradAllowed = true;

/** Whether convolutions may use Winograd's algorithm from now on. */
export function allowWinograd(allowed: boolean): void {
  winogradAllowed = allowed;
}

interface Attrs {
  readonly strides: [number, number] | number;
  readonly pad: Padding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

interface Shapes {
  readonly in: readonly number[];
  readonly filter: readonly number[];
}

/** The numbers in the order of the addon's ConvolutionShape. */
export function convolutionNumbers(info: Conv2DInfo, groups = 1): number[] {
  const { padInfo } = info;
  return [
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.filterHeight,
    info.filterWidth,
    info.outChannels,
    info.strideHeight,
    info.strideWidth,
    info.dilationHeight,
    info.dilationWidth,
    padInfo.top,
    padInfo.left,
    info.outHeight,
    info.outWidth,
    groups,
  ];
}

function infoOf(shapes: Shapes, attrs: Attrs): Conv2DInfo {
  const info = tf.backend_util.computeConv2DInfo(
    shapes.in as [number, number, number, number],
    shapes.filter as [number, number, number, number],
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
    attrs.dataFormat === 'NCHW' ? 'channelsFirst' : 'channelsLast',
  );
  return checkWindow('convolution', info);
}

function keptFilter(
  backend: NativeBackend,
  { dataId, shape }: TensorInfo,
  use: FilterUse,
  numbers: readonly number[],
): [floats?: Float32Array, isFilled?: boolean] {
  const count = winogradAllowed ? backend.addon.keptFilterSize(numbers) : 0;
  const kept = count > 0 ? backend.keptFilters.place({ dataId, shape }, use, count) : undefined;
  return kept === undefined ? [] : [kept.floats, kept.isFilled];
}

const isEmpty = (shape: readonly number[]): boolean => shape.includes(0);

const convolution: NativeKernel<{ x: TensorInfo; filter: TensorInfo }, Attrs> = ({
  inputs: { x, filter },
  attrs,
  backend,
  fallback,
}) => {
  if (attrs.dataFormat === 'NCHW') return fallback();
  const info = infoOf({ in: x.shape, filter: filter.shape }, attrs);
  if (isEmpty(x.shape) || isEmpty(filter.shape) || isEmpty(info.outShape))
    return backend.zeros(info.outShape);
  if (isPointwise(info)) return pointwise(backend, info, x, filter);
  const y = backend.output(info.outShape);
  const numbers = convolutionNumbers(info);
  backend.addon.convolution(
    backend.floats(x),
    backend.floats(filter),
    backend.floats(y),
    numbers,
    winogradAllowed,
    ...keptFilter(backend, filter, 'forward', numbers),
  );
  return y;
};

const inputGradient: NativeKernel<
  { dy: TensorInfo; filter: TensorInfo },
  Attrs & { inputShape: readonly number[] }
> = ({ inputs: { dy, filter }, attrs, backend, fallback }) => {
  if (attrs.dataFormat === 'NCHW') return fallback();
  const info = infoOf({ in: attrs.inputShape, filter: filter.shape }, attrs);
  if (isEmpty(dy.shape) || isEmpty(filter.shape) || isEmpty(info.inShape)) return backend.zeros(info.inShape);
  if (isPointwise(info)) return pointwiseInputGradient(backend, info, dy, filter);
  const dx = backend.output(info.inShape);
  const numbers = convolutionNumbers(info);
  backend.addon.convolutionInputGradient(
    backend.floats(dy),
    backend.floats(filter),
    backend.floats(dx),
    numbers,
    winogradAllowed,
    ...keptFilter(backend, filter, 'inputGradient', numbers),
  );
  return dx;
};

const filterGradient: NativeKernel<
  { x: TensorInfo; dy: TensorInfo },
  Attrs & { filterShape: readonly number[] }
> = ({ inputs: { x, dy }, attrs, backend, fallback }) => {
  if (attrs.dataFormat === 'NCHW') return fallback();
  const info = infoOf({ in: x.shape, filter: attrs.filterShape }, attrs);
  if (isEmpty(x.shape) || isEmpty(dy.shape) || isEmpty(info.filterShape))
    return backend.zeros(info.filterShape);
  if (isPointwise(info)) return pointwiseFilterGradient(backend, info, x, dy);
  const dFilter = backend.output(info.filterShape);
  backend.addon.convolutionFilterGradient(
    backend.floats(x),
    backend.floats(dy),
    backend.floats(dFilter),
    convolutionNumbers(info),
    winogradAllowed,
  );
  return dFilter;
};

/** 2-D convolution and its two gradients. */
export const convolutionKernels: KernelTable = {
  Conv2D: convolution,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
};
