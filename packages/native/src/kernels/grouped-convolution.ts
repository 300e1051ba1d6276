import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkWindow } from '../internal/check-window.js';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend } from '../internal/native-backend.js';
import { convolutionNumbers } from './convolution.js';

type Info = tf.backend_util.Conv2DInfo;
type Shape4D = [number, number, number, number];

/** What a convolution in groups is given; images are NHWC. */
export interface WindowAttrs {
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The geometry of a convolution in groups, or depthwise. */
export function windowInfo(
  x: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations = 1, dimRoundingMode }: WindowAttrs,
  depthwise = false,
): Info {
  const shapes = [x as Shape4D, filter as Shape4D] as const;
  const info = tf.backend_util.computeConv2DInfo(
    ...shapes,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
  return checkWindow('convolution', info);
}

const isEmpty = (...shapes: readonly (readonly number[])[]): boolean =>
  shapes.some((shape) => shape.includes(0));

/** Each group of output channels reads its group of input channels; filter `[height,width,in/groups,out]`. */
export function groupedConvolution(
  backend: NativeBackend,
  info: Info,
  groups: number,
  x: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  if (isEmpty(x.shape, filter.shape, info.outShape)) return backend.zeros(info.outShape);
  const y = backend.output(info.outShape);
  const arrays = [backend.floats(x), backend.floats(filter), backend.floats(y)] as const;
  backend.addon.convolution(...arrays, convolutionNumbers(info, groups), false);
  return y;
}

/** The gradient of {@link groupedConvolution} by its input. */
export function groupedInputGradient(
  backend: NativeBackend,
  info: Info,
  groups: number,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  if (isEmpty(dy.shape, filter.shape, info.inShape)) return backend.zeros(info.inShape);
  const dx = backend.output(info.inShape);
  const arrays = [backend.floats(dy), backend.floats(filter), backend.floats(dx)] as const;
  backend.addon.convolutionInputGradient(...arrays, convolutionNumbers(info, groups), false);
  return dx;
}

/** The gradient of {@link groupedConvolution} by its filter. */
export function groupedFilterGradient(
  backend: NativeBackend,
  info: Info,
  groups: number,
  [x, dy]: readonly [TensorInfo, TensorInfo],
  filterShape: readonly number[],
): TensorInfo {
  if (isEmpty(x.shape, dy.shape, filterShape)) return backend.zeros(filterShape);
  const dFilter = backend.output(filterShape);
  const arrays = [backend.floats(x), backend.floats(dy), backend.floats(dFilter)] as const;
  backend.addon.convolutionFilterGradient(...arrays, convolutionNumbers(info, groups), false);
  return dFilter;
}

interface Attrs extends WindowAttrs {
  readonly groups: number;
}

function checked(name: string, x: readonly number[], filter: readonly number[], attrs: Attrs): Info {
  const { groups } = attrs;
  const [channels = 0, inner = 0, outer = 0] = [x[3], filter[2], filter[3]];
  if (!Number.isInteger(groups) || groups < 1 || inner * groups !== channels || outer % groups !== 0)
    throw new Error(
      `${name}: filter must be [height,width,in/groups,out] with out a multiple of groups=${groups}; ` +
        `received [${filter}] for an input of [${x}]`,
    );
  return windowInfo(x, filter, attrs);
}

const convolution: NativeKernel<{ x: TensorInfo; filter: TensorInfo }, Attrs> = ({
  inputs: { x, filter },
  attrs,
  backend,
}) => {
  const info = checked('MixGroupedConv2D', x.shape, filter.shape, attrs);
  return groupedConvolution(backend, info, attrs.groups, x, filter);
};

const inputGradient: NativeKernel<
  { dy: TensorInfo; filter: TensorInfo },
  Attrs & { readonly inputShape: readonly number[] }
> = ({ inputs: { dy, filter }, attrs, backend }) => {
  const info = checked('MixGroupedConv2DBackpropInput', attrs.inputShape, filter.shape, attrs);
  return groupedInputGradient(backend, info, attrs.groups, dy, filter);
};

const filterGradient: NativeKernel<
  { x: TensorInfo; dy: TensorInfo },
  Attrs & { readonly filterShape: readonly number[] }
> = ({ inputs: { x, dy }, attrs, backend }) => {
  const info = checked('MixGroupedConv2DBackpropFilter', x.shape, attrs.filterShape, attrs);
  return groupedFilterGradient(backend, info, attrs.groups, [x, dy], attrs.filterShape);
};

/** 2-D convolution in groups and its two gradients. */
export const groupedConvolutionKernels: KernelTable = {
  MixGroupedConv2D: convolution,
  MixGroupedConv2DBackpropInput: inputGradient,
  MixGroupedConv2DBackpropFilter: filterGradient,
};
