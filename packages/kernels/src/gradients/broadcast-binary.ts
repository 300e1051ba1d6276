import {
  broadcast_util,
  cast,
  greater,
  greaterEqual,
  less,
  lessEqual,
  Maximum,
  Minimum,
  mul,
  reshape,
  SquaredDifference,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { overrideGradient } from '../internal/override-gradient.js';

type Compare = (a: Tensor, b: Tensor) => Tensor;

/**
 * Gradients of maximum, minimum and squaredDifference that also work where an input was broadcast.
 * At a tie maximum and minimum give the whole of `dy` to `a`, as tfjs does.
 */
export function registerBroadcastBinaryGradients(): void {
  registerChoice(Maximum, greaterEqual, less);
  registerChoice(Minimum, lessEqual, greater);
  overrideGradient(SquaredDifference, { inputsToSave: ['a', 'b'] }, () => (dy, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    return {
      a: () => sumTo(mul(dy, mul(2, sub(a, b))), a.shape),
      b: () => sumTo(mul(dy, mul(2, sub(b, a))), b.shape),
    };
  });
}

function registerChoice(kernelName: string, toA: Compare, toB: Compare): void {
  overrideGradient(kernelName, { inputsToSave: ['a', 'b'] }, () => (dy, saved) => {
    const [a, b] = saved as [Tensor, Tensor];
    return {
      a: () => sumTo(mul(dy, cast(toA(a, b), 'float32')), a.shape),
      b: () => sumTo(mul(dy, cast(toB(a, b), 'float32')), b.shape),
    };
  });
}

/** Undoes a broadcast: sums over the axes along which `shape` was repeated. */
function sumTo(gradient: Tensor, shape: number[]): Tensor {
  const axes = broadcast_util.getReductionAxes(shape, gradient.shape);
  return axes.length === 0 ? gradient : reshape(sum(gradient, axes), shape);
}
