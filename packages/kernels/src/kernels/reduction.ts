import { backend_util, Mean, Sum, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { makeZeros, pointer, withScratch } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

type ReduceCall = KernelCall<
  { readonly x: TensorInfo },
  { readonly axis: number | number[]; readonly keepDims: boolean }
>;

export function registerReduction(): void {
  overrideKernel(Sum, (call: ReduceCall) => reduce(call, false));
  overrideKernel(Mean, (call: ReduceCall) => reduce(call, true));
}

/** Sums nothing, and float32 over one run of neighbouring axes; other cases go to tfjs' kernel. */
function reduce({ inputs: { x }, backend, attrs }: ReduceCall, mean: boolean): TensorInfo | undefined {
  const axes = util.parseAxisParam(attrs.axis, x.shape);
  // Of nothing tfjs' kernel gives what memory held, or traps. The mean of nothing is 0, as on the CPU backend.
  if (util.sizeFromShape(x.shape) === 0) {
    const dtype = mean || x.dtype === 'float32' ? 'float32' : 'int32';
    return makeZeros(backend, reducedShape(x, axes, attrs.keepDims), dtype);
  }
  const [first, last] = [Math.min(...axes), Math.max(...axes)];
  if (x.dtype !== 'float32' || axes.length === 0 || last - first + 1 !== axes.length) return undefined;
  const outer = util.sizeFromShape(x.shape.slice(0, first));
  const reduced = util.sizeFromShape(x.shape.slice(first, last + 1));
  const inner = util.sizeFromShape(x.shape.slice(last + 1));
  const output = makeZeros(backend, reducedShape(x, axes, attrs.keepDims));
  const scale = mean ? 1 / reduced : 1;
  const simd = simdOf(backend);
  if (inner === 1) {
    simd.sumColumns(pointer(backend, x), outer, reduced, pointer(backend, output), scale);
    return output;
  }
  withScratch(backend, 2 * inner, (scratch) => {
    for (let o = 0; o < outer; o++) {
      const from = pointer(backend, x) + o * reduced * inner * 4;
      simd.sumRows(from, reduced, inner, pointer(backend, output) + o * inner * 4, scratch, scale);
    }
  });
  return output;
}

function reducedShape(x: TensorInfo, axes: number[], keepDims: boolean): number[] {
  const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  return keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape;
}
