import type * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBackend } from '../internal/native-backend.js';
import { copyOf, copyStrided, stepsOf } from '../internal/strided-copy.js';

type Info = tf.backend_util.Conv2DInfo;

// oneDNN's 1x1 convolution runs at a third of its matrix product's speed over 64 pixels, and at the same speed over 1,000.
const MOST_PIXELS = 256;

/** Whether a convolution is 1x1 over so few pixels that it is faster as a product of matrices. */
export function isPointwise(info: Info): boolean {
  const { filterHeight, filterWidth, padInfo, batchSize, outHeight, outWidth } = info;
  if (filterHeight !== 1 || filterWidth !== 1 || padInfo.top !== 0 || padInfo.left !== 0) return false;
  // An output beyond the image, which explicit padding can ask for, reads zeros.
  if (padInfo.bottom > 0 || padInfo.right > 0) return false;
  return batchSize * outHeight * outWidth <= MOST_PIXELS;
}

/** `y[pixels,out] = x[pixels,in] · filter[in,out]`. */
export function pointwise(backend: NativeBackend, info: Info, x: TensorInfo, filter: TensorInfo): TensorInfo {
  const y = backend.output(info.outShape);
  const read = readPixels(backend, info, x);
  multiply(backend, [read, false], [filter, false], y, [pixelsOf(info), info.outChannels, info.inChannels]);
  backend.disposeIntermediateTensorInfo(read);
  return y;
}

/** `dx = dy · filterᵀ`, and zeros at the pixels that strides pass over. */
export function pointwiseInputGradient(
  backend: NativeBackend,
  info: Info,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const read = backend.output([pixelsOf(info), info.inChannels]);
  multiply(backend, [dy, false], [filter, true], read, [pixelsOf(info), info.inChannels, info.outChannels]);
  if (readsAll(info)) {
    const dx = backend.alias(read, info.inShape);
    backend.disposeIntermediateTensorInfo(read);
    return dx;
  }
  const dx = backend.zeros(info.inShape);
  const { shape, steps } = viewOf(info);
  const from = stepsOf(shape);
  copyStrided(
    backend,
    [read, 0],
    [dx, 0],
    shape.map((size, axis) => [size, from[axis] as number, steps[axis] as number] as const),
  );
  backend.disposeIntermediateTensorInfo(read);
  return dx;
}

/** `dFilter = xᵀ · dy`. */
export function pointwiseFilterGradient(
  backend: NativeBackend,
  info: Info,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const dFilter = backend.output(info.filterShape);
  const read = readPixels(backend, info, x);
  multiply(backend, [read, true], [dy, false], dFilter, [info.inChannels, info.outChannels, pixelsOf(info)]);
  backend.disposeIntermediateTensorInfo(read);
  return dFilter;
}

const pixelsOf = ({ batchSize, outHeight, outWidth }: Info): number => batchSize * outHeight * outWidth;

const readsAll = (info: Info): boolean => info.outHeight === info.inHeight && info.outWidth === info.inWidth;

/** The pixels of x that the convolution reads. */
function viewOf(info: Info): { start: number; shape: number[]; steps: number[] } {
  const [image, row, column] = stepsOf(info.inShape) as [number, number, number, number];
  return {
    start: 0,
    shape: [info.batchSize, info.outHeight, info.outWidth, info.inChannels],
    steps: [image, row * info.strideHeight, column * info.strideWidth, 1],
  };
}

function readPixels(backend: NativeBackend, info: Info, x: TensorInfo): TensorInfo {
  return readsAll(info) ? backend.alias(x) : copyOf(backend, x, viewOf(info));
}

type Operand = readonly [tensor: TensorInfo, transposed: boolean];

function multiply(
  backend: NativeBackend,
  [a, transposeA]: Operand,
  [b, transposeB]: Operand,
  c: TensorInfo,
  sizes: readonly number[],
): void {
  const numbers = [transposeA ? 1 : 0, transposeB ? 1 : 0, ...sizes];
  backend.addon.matmul(backend.floats(a), backend.floats(b), null, backend.floats(c), numbers);
}
