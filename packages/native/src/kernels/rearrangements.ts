import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import { areMovable, copyOf, stepsOf } from '../internal/strided-copy.js';

const transpose: NativeKernel<{ x: TensorInfo }, { perm: number[] }> = ({
  inputs: { x },
  attrs: { perm },
  backend,
  fallback,
}) => {
  if (!areMovable(x)) return fallback();
  const shape = perm.map((axis) => x.shape[axis] as number);
  // Axes of one element may go anywhere: the others keep their order, or not.
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > (moved[i - 1] as number))) return backend.alias(x, shape);
  const steps = stepsOf(x.shape);
  return copyOf(backend, x, { start: 0, shape, steps: perm.map((axis) => steps[axis] as number) });
};

const reverse: NativeKernel<{ x: TensorInfo }, { dims: number | number[] }> = ({
  inputs: { x },
  attrs: { dims },
  backend,
  fallback,
}) => {
  if (!areMovable(x)) return fallback();
  const turned = tf.util.parseAxisParam(dims, x.shape).filter((axis) => (x.shape[axis] as number) > 1);
  if (turned.length === 0) return backend.alias(x);
  const steps = stepsOf(x.shape);
  const start = turned.reduce(
    (sum, axis) => sum + (steps[axis] as number) * ((x.shape[axis] as number) - 1),
    0,
  );
  return copyOf(backend, x, {
    start,
    shape: x.shape,
    steps: steps.map((step, axis) => (turned.includes(axis) ? -step : step)),
  });
};

const tile: NativeKernel<{ x: TensorInfo }, { reps: number[] }> = ({
  inputs: { x },
  attrs: { reps },
  backend,
  fallback,
}) => {
  if (!areMovable(x)) return fallback();
  if (reps.every((count) => count === 1)) return backend.alias(x);
  const steps = stepsOf(x.shape);
  // Each axis as two: the repetitions, which go nowhere in x, and the axis itself.
  const view = {
    start: 0,
    shape: x.shape.flatMap((size, axis) => [reps[axis] as number, size]),
    steps: steps.flatMap((step) => [0, step]),
  };
  return copyOf(
    backend,
    x,
    view,
    x.shape.map((size, axis) => size * (reps[axis] as number)),
  );
};

const depthToSpace: NativeKernel<{ x: TensorInfo }, { blockSize: number; dataFormat: string }> = ({
  inputs: { x },
  attrs: { blockSize, dataFormat },
  backend,
  fallback,
}) => {
  if (!areMovable(x) || dataFormat !== 'NHWC') return fallback();
  const [batch, height, width, depth] = x.shape as [number, number, number, number];
  const channels = depth / blockSize ** 2;
  const [image, row, pixel] = stepsOf(x.shape) as [number, number, number];
  const view = {
    start: 0,
    shape: [batch, height, blockSize, width, blockSize, channels],
    steps: [image, row, blockSize * channels, pixel, channels, 1],
  };
  return copyOf(backend, x, view, [batch, height * blockSize, width * blockSize, channels]);
};

/** The elements of a tensor in another order, or repeated. */
export const rearrangementKernels: KernelTable = {
  Transpose: transpose,
  Reverse: reverse,
  Tile: tile,
  DepthToSpace: depthToSpace,
};
