import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** How a parameter lies in memory: convolutions HWIO, depthwise ones `[H,W,C,1]`, linear layers `[in,out]`, everything else as on disk. */
export type Layout = 'convolution' | 'depthwise' | 'linear' | 'plain';

// From memory to PyTorch's order (OIHW, [C,1,H,W], [out,in]) and back.
const permutations = {
  convolution: { toDisk: [3, 2, 0, 1], toMemory: [2, 3, 1, 0] },
  depthwise: { toDisk: [2, 3, 0, 1], toMemory: [2, 3, 0, 1] },
  linear: { toDisk: [1, 0], toMemory: [1, 0] },
} as const;

/** A new tensor in PyTorch's layout. */
export function toDisk(layout: Layout, value: Tensor): Tensor {
  return layout === 'plain' ? tf.clone(value) : tf.transpose(value, [...permutations[layout].toDisk]);
}

/** A new tensor in the layout that the ops want. */
export function toMemory(layout: Layout, value: Tensor): Tensor {
  return layout === 'plain' ? tf.clone(value) : tf.transpose(value, [...permutations[layout].toMemory]);
}

/** The shape on disk of something with this shape in memory. */
export function diskShape(layout: Layout, shape: readonly number[]): number[] {
  if (layout === 'plain') return [...shape];
  return permutations[layout].toDisk.map((axis) => shape[axis] as number);
}
