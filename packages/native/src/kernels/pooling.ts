import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkWindow } from '../internal/check-window.js';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's poolings. `shape` holds the twelve numbers of its PoolShape, see {@link poolNumbers}. */
export interface PoolingAddon {
  maxPool(x: Float32Array, y: Float32Array, shape: readonly number[]): void;
  maxPoolGradient(
    dy: Float32Array,
    x: Float32Array,
    y: Float32Array,
    dx: Float32Array,
    shape: readonly number[],
  ): void;
  averagePool(x: Float32Array, y: Float32Array, shape: readonly number[]): void;
  averagePoolGradient(dy: Float32Array, dx: Float32Array, shape: readonly number[]): void;
}

type PoolInfo = tf.backend_util.Conv2DInfo;
type Rounding = Parameters<typeof tf.backend_util.computePool2DInfo>[5];

interface Attrs {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: Parameters<typeof tf.backend_util.computePool2DInfo>[4];
  readonly dimRoundingMode?: Rounding;
}

function infoOf(shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: Attrs): PoolInfo {
  const images = shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(images, filterSize, strides, 1, pad, dimRoundingMode);
  return checkWindow('pooling', info);
}

/** The outputs' height and width are those of `out`: gradients are not told how forward passes rounded them. */
function poolNumbers(info: PoolInfo, out: readonly number[]): number[] {
  const { padInfo } = info;
  return [
    ...[info.batchSize, info.inChannels],
    ...[info.inHeight, info.filterHeight, info.strideHeight, padInfo.top, out[1] as number],
    ...[info.inWidth, info.filterWidth, info.strideWidth, padInfo.left, out[2] as number],
  ];
}

function pool(run: 'maxPool' | 'averagePool'): NativeKernel<{ x: TensorInfo }, Attrs> {
  return ({ inputs: { x }, attrs, backend, fallback }) => {
    if (x.dtype !== 'float32') return fallback();
    const info = infoOf(x.shape, attrs);
    const single = info.filterHeight === 1 && info.filterWidth === 1;
    if (single && tf.util.arraysEqual(info.inShape, info.outShape)) return backend.alias(x);
    const y = backend.output(info.outShape);
    backend.addon[run](backend.floats(x), backend.floats(y), poolNumbers(info, info.outShape));
    return y;
  };
}

interface GradientInputs {
  readonly dy: TensorInfo;
  readonly input: TensorInfo;
}

const maxPoolGradient: NativeKernel<GradientInputs & { readonly output: TensorInfo }, Attrs> = ({
  inputs: { dy, input, output },
  attrs,
  backend,
  fallback,
}) => {
  if (input.dtype !== 'float32') return fallback();
  const dx = backend.output(input.shape);
  backend.addon.maxPoolGradient(
    backend.floats(dy),
    backend.floats(input),
    backend.floats(output),
    backend.floats(dx),
    poolNumbers(infoOf(input.shape, attrs), dy.shape),
  );
  return dx;
};

const averagePoolGradient: NativeKernel<GradientInputs, Attrs> = ({
  inputs: { dy, input },
  attrs,
  backend,
  fallback,
}) => {
  if (input.dtype !== 'float32') return fallback();
  const dx = backend.output(input.shape);
  const numbers = poolNumbers(infoOf(input.shape, attrs), dy.shape);
  backend.addon.averagePoolGradient(backend.floats(dy), backend.floats(dx), numbers);
  return dx;
};

/** 2-D pooling over NHWC images, and its gradients. */
export const poolingKernels: KernelTable = {
  MaxPool: pool('maxPool'),
  MaxPoolGrad: maxPoolGradient,
  AvgPool: pool('averagePool'),
  AvgPoolGrad: averagePoolGradient,
};
