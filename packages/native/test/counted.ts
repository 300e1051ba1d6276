import type { Input } from './on-native.js';

/** Numbers from 0 on, of a type; those of bool are 0 and 1. */
export function counted(dtype: 'float32' | 'int32' | 'bool', ...shape: readonly number[]): Input {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: size }, (_, i) => (dtype === 'bool' ? Number((i * 7) % 3 === 0) : i));
  return { values, shape, dtype };
}
