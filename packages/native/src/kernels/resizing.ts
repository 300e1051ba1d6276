import type { TensorInfo } from '@tensorflow/tfjs-core';
import { convert } from '../internal/convert.js';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend } from '../internal/native-backend.js';
import { areMovable, stepsOf } from '../internal/strided-copy.js';
import {
  bilinearTaps,
  nearestSources,
  nearestTaps,
  type ResizeAttrs,
  type Taps,
  transposed,
} from '../internal/taps.js';
import { copyByTables } from './padding.js';

/** The addon's resizing. */
export interface ResizingAddon {
  /** `shape`: batch, height, width, channels, new height, new width. */
  resample(
    x: Float32Array,
    y: Float32Array,
    rowStarts: Int32Array,
    rowSources: Int32Array,
    rowWeights: Float32Array,
    columnStarts: Int32Array,
    columnSources: Int32Array,
    columnWeights: Float32Array,
    shape: readonly number[],
  ): void;
  /** `shape`: batch, height, width, channels, boxes, new height, new width. */
  cropAndResize(
    images: Float32Array,
    boxes: Float32Array,
    boxImages: Int32Array,
    y: Float32Array,
    shape: readonly number[],
    bilinear: boolean,
    outside: number,
  ): void;
}

type ImageShape = readonly [batch: number, height: number, width: number, channels: number];
type TapsOf = (inputs: number, outputs: number, attrs: ResizeAttrs) => Taps;

function resampled(
  backend: NativeBackend,
  x: TensorInfo,
  [batch, height, width, channels]: ImageShape,
  rows: Taps,
  columns: Taps,
): TensorInfo {
  const y = backend.output([batch, height, width, channels]);
  const [, fromHeight, fromWidth] = x.shape as [number, number, number];
  backend.addon.resample(
    backend.floats(x),
    backend.floats(y),
    rows.starts,
    rows.sources,
    rows.weights,
    columns.starts,
    columns.sources,
    columns.weights,
    [batch, fromHeight, fromWidth, channels, height, width],
  );
  return y;
}

const resizeBilinear: NativeKernel<{ images: TensorInfo }, ResizeAttrs> = ({
  inputs: { images },
  attrs,
  backend,
  fallback,
}) => {
  if (!areMovable(images)) return fallback();
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [toHeight, toWidth] = attrs.size;
  const x = convert(backend, images, 'float32');
  const rows = bilinearTaps(height, toHeight, attrs);
  const columns = bilinearTaps(width, toWidth, attrs);
  const y = resampled(backend, x, [batch, toHeight, toWidth, channels], rows, columns);
  backend.disposeIntermediateTensorInfo(x);
  return y;
};

/** Resizing is linear: its gradient collects what every output read from an input. */
function gradient(tapsOf: TapsOf): NativeKernel<{ images: TensorInfo; dy: TensorInfo }, ResizeAttrs> {
  return ({ inputs: { images, dy }, attrs, backend, fallback }) => {
    if (dy.dtype !== 'float32') return fallback();
    const shape = images.shape as [number, number, number, number];
    const [, fromHeight, fromWidth] = dy.shape as [number, number, number];
    const back = (inputs: number, outputs: number): Taps =>
      transposed(tapsOf(inputs, outputs, attrs), inputs);
    return resampled(backend, dy, shape, back(shape[1], fromHeight), back(shape[2], fromWidth));
  };
}

const resizeNearestNeighbor: NativeKernel<{ images: TensorInfo }, ResizeAttrs> = ({
  inputs: { images },
  attrs,
  backend,
  fallback,
}) => {
  if (!areMovable(images)) return fallback();
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [toHeight, toWidth] = attrs.size;
  const [image, row, pixel] = stepsOf(images.shape) as [number, number, number];
  return copyByTables(
    backend,
    images,
    [batch, toHeight, toWidth, channels],
    [
      Int32Array.from({ length: batch }, (_, i) => i * image),
      Int32Array.from(nearestSources(height, toHeight, attrs), (source) => source * row),
      Int32Array.from(nearestSources(width, toWidth, attrs), (source) => source * pixel),
    ],
  );
};

interface CropInputs {
  readonly image: TensorInfo;
  readonly boxes: TensorInfo;
  readonly boxInd: TensorInfo;
}

interface CropAttrs {
  readonly cropSize: readonly [number, number];
  readonly method: 'bilinear' | 'nearest';
  readonly extrapolationValue: number;
}

const cropAndResize: NativeKernel<CropInputs, CropAttrs> = ({
  inputs: { image, boxes, boxInd },
  attrs: { cropSize, method, extrapolationValue },
  backend,
  fallback,
}) => {
  if (!areMovable(image) || boxes.dtype !== 'float32' || boxInd.dtype !== 'int32') return fallback();
  const [count = 0] = boxes.shape;
  const y = backend.output([count, ...cropSize, image.shape[3] as number]);
  const x = convert(backend, image, 'float32');
  backend.addon.cropAndResize(
    backend.floats(x),
    backend.floats(boxes),
    backend.values(boxInd, 'int32'),
    backend.floats(y),
    [...image.shape, count, ...cropSize],
    method === 'bilinear',
    extrapolationValue,
  );
  backend.disposeIntermediateTensorInfo(x);
  return y;
};

/** Images in another size, and the gradients of that, which tfjs' other backends have wrong for half-pixel centers. */
export const resizingKernels: KernelTable = {
  ResizeBilinear: resizeBilinear,
  ResizeBilinearGrad: gradient(bilinearTaps),
  ResizeNearestNeighbor: resizeNearestNeighbor,
  ResizeNearestNeighborGrad: gradient(nearestTaps),
  CropAndResize: cropAndResize,
};
