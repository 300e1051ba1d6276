import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  backend_util,
  Slice,
  SplitV,
  slice_util,
  type TensorInfo,
  Unpack,
  util,
} from '@tensorflow/tfjs-core';
import { pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { copyStrided } from '../internal/strided-copy.js';

interface SliceAttrs {
  readonly begin: number | number[];
  readonly size: number | number[];
}

interface SplitAttrs {
  readonly numOrSizeSplits: number[] | number;
  readonly axis: number;
}

type Call<Attrs> = KernelCall<{ readonly x: TensorInfo }, Attrs>;

/** Boxes out of float32 and int32 tensors, copied run by run; other types go to tfjs' kernels. */
export function registerSlice(): void {
  overrideKernel(Slice, slice);
  overrideKernel(SplitV, split);
  overrideKernel(Unpack, unpack);
}

function slice({ inputs: { x }, backend, attrs }: Call<SliceAttrs>): TensorInfo | undefined {
  if (!hasWords(x)) return undefined;
  const [begin, size] = slice_util.parseSliceParams(x as never, attrs.begin, attrs.size) as [
    number[],
    number[],
  ];
  slice_util.assertParamsValid(x as never, begin, size);
  return copyBox(backend, x, begin, size);
}

function split({ inputs: { x }, backend, attrs }: Call<SplitAttrs>): TensorInfo[] | undefined {
  if (!hasWords(x)) return undefined;
  const [axis = 0] = util.parseAxisParam(attrs.axis, x.shape);
  const sizes = backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits, axis);
  let from = 0;
  return sizes.map((size) => {
    const box = copyBox(backend, x, along(x, axis, from, 0), along(x, axis, size));
    from += size;
    return box;
  });
}

function unpack({
  inputs: { value },
  backend,
  attrs,
}: KernelCall<{ readonly value: TensorInfo }, { readonly axis: number }>): TensorInfo[] | undefined {
  if (!hasWords(value)) return undefined;
  const [axis = 0] = util.parseAxisParam(attrs.axis, value.shape);
  return Array.from({ length: value.shape[axis] ?? 0 }, (_, i) => {
    const box = copyBox(backend, value, along(value, axis, i, 0), along(value, axis, 1));
    return { ...box, shape: value.shape.filter((_size, other) => other !== axis) };
  });
}

function hasWords({ dtype }: TensorInfo): boolean {
  return dtype === 'float32' || dtype === 'int32';
}

/** The shape of `x`, or `other` on every axis, with `value` on one axis. */
function along(x: TensorInfo, axis: number, value: number, other?: number): number[] {
  return x.shape.map((size, i) => (i === axis ? value : (other ?? size)));
}

function copyBox(backend: BackendWasm, x: TensorInfo, begin: readonly number[], size: number[]): TensorInfo {
  const output = backend.makeOutput(size, x.dtype);
  if (util.sizeFromShape(size) === 0) return output;
  const axes = size.map((length, axis) => ({
    size: length,
    from: util.sizeFromShape(x.shape.slice(axis + 1)),
    to: util.sizeFromShape(size.slice(axis + 1)),
  }));
  const first = begin.reduce((offset, index, axis) => offset + index * (axes[axis]?.from ?? 0), 0);
  copyStrided(backend, pointer(backend, x) + 4 * first, pointer(backend, output), axes);
  return output;
}
