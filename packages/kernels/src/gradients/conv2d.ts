import {
  backend_util,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  conv2d,
  engine,
  pad as padTensor,
  reverse,
  slice,
  type Tensor,
  type Tensor4D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { overrideGradient } from '../internal/override-gradient.js';
import { takesDilation } from '../internal/takes-dilation.js';
import { convInfo, type WindowAttrs } from '../internal/window.js';

/** Adds dilation to the gradient of conv2d: in its kernels where they take it, by composition on the other backends. */
export function registerConv2dGradient(): void {
  overrideGradient<WindowAttrs>(Conv2D, { inputsToSave: ['x', 'filter'] }, () => (dy, saved, attrs) => {
    const [x, filter] = saved as [Tensor4D, Tensor4D];
    const dilated = !backend_util.tupleValuesAreOne(attrs.dilations ?? 1);
    if (dilated && !takesDilation()) {
      return {
        x: () => tidy(() => dilatedInputGradient(x, dy as Tensor4D, filter, attrs)),
        filter: () => tidy(() => dilatedFilterGradient(x, dy as Tensor4D, filter, attrs)),
      };
    }
    const { strides, pad, dataFormat = 'NHWC', dimRoundingMode, dilations } = attrs;
    const shared = { strides, pad, dataFormat, dimRoundingMode, ...(dilated && { dilations }) };
    const run = (name: string, inputs: Record<string, Tensor>, shapes: object): Tensor =>
      engine().runKernel(name, inputs, { ...shared, ...shapes } as never);
    return {
      x: () => run(Conv2DBackpropInput, { dy, filter }, { inputShape: x.shape }),
      filter: () => run(Conv2DBackpropFilter, { x, dy }, { filterShape: filter.shape }),
    };
  });
}

// tfjs allows dilation only with stride 1, where both gradients are again convolutions.

/** A dilated convolution of the padded `dy` with the filter turned by 180° and its channels swapped. */
function dilatedInputGradient(x: Tensor4D, dy: Tensor4D, filter: Tensor4D, attrs: WindowAttrs): Tensor4D {
  const info = convInfo(Conv2D, x.shape, filter.shape, attrs);
  const spanY = info.effectiveFilterHeight - 1;
  const spanX = info.effectiveFilterWidth - 1;
  const { top, bottom, left, right } = info.padInfo;
  const padded = padOrCrop(dy, [spanY - top, spanY - bottom], [spanX - left, spanX - right]);
  const turned = transpose(reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return conv2d(padded, turned, 1, 'valid', 'NHWC', attrs.dilations);
}

// Where the image was padded by more than the window reaches, the border of `dy` saw padding alone: it is cut off.
function padOrCrop(
  dy: Tensor4D,
  rows: readonly [number, number],
  columns: readonly [number, number],
): Tensor4D {
  const [batch, height, width, channels] = dy.shape;
  const cut = (amount: number): number => Math.max(0, -amount);
  const add = (amount: number): number => Math.max(0, amount);
  const [top, left] = [cut(rows[0]), cut(columns[0])];
  const size = [batch, height - top - cut(rows[1]), width - left - cut(columns[1]), channels];
  return padTensor(slice(dy, [0, top, left, 0], size) as Tensor4D, [
    [0, 0],
    [add(rows[0]), add(rows[1])],
    [add(columns[0]), add(columns[1])],
    [0, 0],
  ]);
}

/** A convolution of the batch with `dy` as the filter, where the dilation has become the stride. */
function dilatedFilterGradient(x: Tensor4D, dy: Tensor4D, filter: Tensor4D, attrs: WindowAttrs): Tensor4D {
  const info = convInfo(Conv2D, x.shape, filter.shape, attrs);
  const { top, bottom, left, right } = info.padInfo;
  const padded = padTensor(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const strides: [number, number] = [info.dilationHeight, info.dilationWidth];
  const sums = conv2d(transpose(padded, [3, 1, 2, 0]), transpose(dy, [1, 2, 0, 3]), strides, 'valid');
  return transpose(sums, [1, 2, 0, 3]);
}
