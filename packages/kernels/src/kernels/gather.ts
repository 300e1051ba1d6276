import { backend_util, GatherV2, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

type GatherCall = KernelCall<
  { readonly x: TensorInfo; readonly indices: TensorInfo },
  { readonly axis: number; readonly batchDims: number }
>;

/** Gathers run by run, where tfjs' kernel takes about 0.1 µs an element; int32 indices of float32 and int32, without batch dimensions. */
export function registerGather(): void {
  overrideKernel(GatherV2, gather);
}

function gather({ inputs: { x, indices }, backend, attrs }: GatherCall): TensorInfo | undefined {
  const hasWords = x.dtype === 'float32' || x.dtype === 'int32';
  if (!hasWords || indices.dtype !== 'int32' || attrs.batchDims !== 0) return undefined;
  const [axis = 0] = util.parseAxisParam(attrs.axis, x.shape);
  const size = x.shape[axis] as number;
  // Indices that are none are left to tfjs' kernel, which says so.
  if (backend.typedArrayFromHeap(indices).some((index) => index < 0 || index >= size)) return undefined;
  const info = backend_util.segment_util.collectGatherOpShapeInfo(x as never, indices as never, axis, 0);
  const output = backend.makeOutput(info.outputShape, x.dtype);
  if (util.sizeFromShape(info.outputShape) === 0) return output;
  const count = util.sizeFromShape(indices.shape);
  const [from, at, to] = [x, indices, output].map((tensor) => pointer(backend, tensor)) as [
    number,
    number,
    number,
  ];
  simdOf(backend).gatherRuns(from, at, to, info.outerSize, size, count, 4 * info.sliceSize);
  return output;
}
