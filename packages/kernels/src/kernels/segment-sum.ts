import { type TensorInfo, UnsortedSegmentSum, util } from '@tensorflow/tfjs-core';
import { makeZeros, pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

type SegmentCall = KernelCall<
  { readonly x: TensorInfo; readonly segmentIds: TensorInfo },
  { readonly numSegments: number }
>;

export function registerSegmentSum(): void {
  overrideKernel(UnsortedSegmentSum, segmentSum);
}

function segmentSum({ inputs: { x, segmentIds }, backend, attrs }: SegmentCall): TensorInfo {
  const rows = util.sizeFromShape(segmentIds.shape);
  const row = x.shape.slice(segmentIds.shape.length);
  const columns = util.sizeFromShape(row);
  const target = makeZeros(backend, [attrs.numSegments, ...row], x.dtype);
  if (x.dtype === 'float32') {
    simdOf(backend).segmentSum(
      ...[pointer(backend, x), pointer(backend, segmentIds), pointer(backend, target)],
      ...[rows, columns, attrs.numSegments],
    );
    return target;
  }
  // Pointers before any view: each may move a tensor here from another backend, and the heap may grow.
  for (const tensor of [x, segmentIds]) pointer(backend, tensor);
  const [from, ids] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(segmentIds)];
  const sums = backend.typedArrayFromHeap(target);
  for (let r = 0; r < rows; r++) {
    const id = ids[r] ?? -1;
    if (id < 0 || id >= attrs.numSegments) continue;
    for (let c = 0; c < columns; c++) {
      sums[id * columns + c] = (sums[id * columns + c] ?? 0) + (from[r * columns + c] ?? 0);
    }
  }
  return target;
}
