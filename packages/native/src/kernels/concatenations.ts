import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';
import type { NativeBackend, NumericType } from '../internal/native-backend.js';
import { areMovable, copyStrided } from '../internal/strided-copy.js';

/** Tensors side by side, where each is `before` rows of its elements from the joined axis on. */
function joined(
  backend: NativeBackend,
  parts: readonly TensorInfo[],
  shape: readonly number[],
  axis: number,
): TensorInfo {
  const y = backend.output(shape, parts[0]?.dtype as NumericType);
  const before = sizeOf(shape.slice(0, axis));
  const step = sizeOf(shape.slice(axis));
  let at = 0;
  for (const part of parts) {
    const width = sizeOf(part.shape) / before;
    copyStrided(
      backend,
      [part, 0],
      [y, at],
      [
        [before, width, step],
        [width, 1, 1],
      ],
    );
    at += width;
  }
  return y;
}

const sizeOf = (shape: readonly number[]): number => tf.util.sizeFromShape([...shape]);

const concat: NativeKernel<TensorInfo[], { axis: number }> = ({
  inputs,
  attrs: { axis },
  backend,
  fallback,
}) => {
  // The engine passes tensors by number.
  const tensors = Object.values(inputs);
  if (!areMovable(...tensors)) return fallback();
  const shapes = tensors.map(({ shape }) => shape);
  const along = tf.util.parseAxisParam(axis, shapes[0] as number[])[0] as number;
  tf.backend_util.assertParamsConsistent(shapes, along);
  const shape = tf.backend_util.computeOutShape(shapes, along);
  const parts = tensors.filter((tensor) => sizeOf(tensor.shape) > 0);
  if (parts.length === 0) return backend.output(shape, tensors[0]?.dtype as NumericType);
  if (parts.length === 1) return backend.alias(parts[0] as TensorInfo);
  return joined(backend, parts, shape, along);
};

const pack: NativeKernel<TensorInfo[], { axis: number }> = ({
  inputs,
  attrs: { axis },
  backend,
  fallback,
}) => {
  const tensors = Object.values(inputs);
  if (!areMovable(...tensors)) return fallback();
  const [first, ...others] = tensors as [TensorInfo, ...TensorInfo[]];
  for (const { shape } of others)
    tf.util.assertShapesMatch(first.shape, shape, 'All tensors passed to stack must have matching shapes');
  const along = axis < 0 ? axis + first.shape.length + 1 : axis;
  const shape = first.shape.toSpliced(along, 0, tensors.length);
  if (tensors.length === 1) return backend.alias(first, shape);
  if (sizeOf(shape) === 0) return backend.output(shape, first.dtype as NumericType);
  return joined(backend, tensors, shape, along);
};

/** Tensors made of several others. */
export const concatenationKernels: KernelTable = { Concat: concat, Pack: pack };
