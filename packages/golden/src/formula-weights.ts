import type { State } from '@mix/core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The weights that the backbone vectors were computed with, by formula, for a state of this model's names and shapes. */
export function formulaState({ tensors }: State): State {
  const filled: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    // Counters and indices: no weights.
    filled[name] =
      tensor.dtype === 'int32'
        ? tf.clone(tensor)
        : tf.tensor(parameterValues(name, tensor.shape, isNorm(name, tensors)), tensor.shape);
  }
  return { tensors: filled, values: {} };
}

/** The images `[B,H,W,C]` of a backbone case; its metadata names them. */
export function formulaImages(name: string, shape: [number, number, number, number]): Tensor4D {
  return tf.tensor4d(
    formulaNoise(name, tf.util.sizeFromShape(shape)).map((r) => 1.5 * r),
    shape,
  );
}

function isNorm(name: string, tensors: State['tensors']): boolean {
  return tensors[name.replace(/[^.]*$/, 'weight')]?.rank === 1;
}

function parameterValues(name: string, shape: readonly number[], norm: boolean): Float32Array {
  const count = tf.util.sizeFromShape([...shape]);
  const noise = formulaNoise(name, count);
  if (norm && /\.(weight|running_var)$/.test(name)) return noise.map((r) => 1 + 0.2 * r);
  if (norm) return noise.map((r) => 0.1 * r);
  if (name.endsWith('layer_scale')) return noise.map((r) => 0.5 + 0.1 * r);
  if (name.endsWith('.weight')) {
    const bound = Math.sqrt((3 * (shape[0] as number)) / count);
    return noise.map((r) => r * bound);
  }
  return noise.map((r) => (name.endsWith('.bias') ? 0.05 : 0.1) * r);
}

/** `r` in `[-1,1)` for elements `0..count-1` of a name: FNV-1a of the name, murmur3's finaliser of the element. */
function formulaNoise(name: string, count: number): Float32Array {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return Float32Array.from({ length: count }, (_, index) => {
    let u = (Math.imul(index, 2654435761) + hash) | 0;
    u = Math.imul(u ^ (u >>> 16), 0x85ebca6b);
    u = Math.imul(u ^ (u >>> 13), 0xc2b2ae35);
    return ((u ^ (u >>> 16)) >>> 0) / 2 ** 31 - 1;
  });
}
