import * as tf from '@tensorflow/tfjs-core';

/** How two shapes broadcast: the output's shape, and the fewest axes that walk over both operands. */
export interface BroadcastAxes {
  readonly shape: number[];
  /** From the outermost to the innermost axis: its size, and how far apart its elements are in each operand, 0 where it repeats. */
  readonly axes: number[];
}

interface Axis {
  size: number;
  readonly left: number;
  readonly right: number;
}

/** Axes of one element are dropped and axes that lie alike in both operands become one. Neither operand may be empty. */
export function broadcastAxes(left: readonly number[], right: readonly number[]): BroadcastAxes {
  const shape = tf.backend_util.assertAndGetBroadcastShape([...left], [...right]);
  // From the innermost on.
  const found: Axis[] = [];
  let leftStride = 1;
  let rightStride = 1;
  for (let back = 1; back <= shape.length; back++) {
    const size = shape[shape.length - back] as number;
    const leftSize = left[left.length - back] ?? 1;
    const rightSize = right[right.length - back] ?? 1;
    if (size === 1) continue;
    const axis = { size, left: leftSize === 1 ? 0 : leftStride, right: rightSize === 1 ? 0 : rightStride };
    const inner = found.at(-1);
    if (
      inner !== undefined &&
      continues(axis.left, inner.left, inner) &&
      continues(axis.right, inner.right, inner)
    )
      inner.size *= size;
    else found.push(axis);
    leftStride *= leftSize;
    rightStride *= rightSize;
  }
  if (found.length === 0) found.push({ size: 1, left: 1, right: 1 });
  return { shape, axes: found.reverse().flatMap((axis) => [axis.size, axis.left, axis.right]) };
}

function continues(step: number, innerStep: number, inner: Axis): boolean {
  return step === innerStep * inner.size;
}
