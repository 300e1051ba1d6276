import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { NativeBackend, NumericType } from './native-backend.js';

/** A tensor of another type, or one more reference to the same data where it has that type. */
export function convert(backend: NativeBackend, x: TensorInfo, dtype: NumericType): TensorInfo {
  const from = x.dtype as NumericType;
  if (from === dtype) return backend.alias(x);
  const y = backend.output(x.shape, dtype);
  const count = tf.util.sizeFromShape(x.shape);
  if (count === 0) return y;
  const operation = `to${dtype[0]?.toUpperCase()}${dtype.slice(1)}.${from}`;
  backend.addon.unary(operation, backend.values(x, from), backend.values(y, dtype), count, 0, 0);
  return y;
}
