import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { heapOf, makeZeros, pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

interface Sources {
  /** The rows that each row of the result takes, one after the other. */
  readonly sources: Int32Array;
  /** How many a row takes. */
  readonly count: number;
}

interface Shares extends Sources {
  /** A number for each of `sources`. */
  readonly lam: Float32Array;
}

interface From {
  /** How many images there are. */
  readonly from: number;
}

/** The fused operations of `blendByLam` and `blendByMasks` of @mix/core: weighted sums of rows, read where they lie. */
export function registerBlend(): void {
  overrideKernel('MixBlendByLam', blendByLam);
  overrideKernel('MixBlendByLamGrad', blendByLamGradient);
  overrideKernel('MixBlendByMasks', blendByMasks);
  overrideKernel('MixBlendByMasksImagesGrad', imagesGradient);
  overrideKernel('MixBlendByMasksGrad', masksGradient);
}

function blendByLam({ inputs, backend, attrs }: KernelCall<{ images: TensorInfo }, Shares>): TensorInfo {
  const { sources, lam, count } = attrs;
  const [, ...inner] = inputs.images.shape;
  const rows = sources.length / count;
  const output = backend.makeOutput([rows, ...inner], 'float32');
  const size = util.sizeFromShape(inner);
  const [images, to] = [pointer(backend, inputs.images), pointer(backend, output)];
  for (let row = 0; row < rows; row++) {
    const terms: Term[] = [];
    for (let at = row * count; at < (row + 1) * count; at++) {
      const share = lam[at] as number;
      if (share !== 0) terms.push({ x: images + 4 * size * (sources[at] as number), share });
    }
    sum(backend, terms, to + 4 * size * row, size);
  }
  return output;
}

interface Term {
  readonly x: number;
  readonly share: number;
}

function sum(backend: BackendWasm, terms: readonly Term[], to: number, size: number): void {
  const simd = simdOf(backend);
  const [first, second, third] = terms;
  if (first === undefined) {
    heapOf(backend).fill(0, to, to + 4 * size);
  } else if (second !== undefined && third === undefined) {
    simd.blendPair(first.x, second.x, to, size, first.share, second.share);
  } else {
    for (const [k, { x, share }] of terms.entries()) simd.scale(x, to, size, share, Number(k > 0));
  }
}

function blendByLamGradient({
  inputs: { dy },
  backend,
  attrs: { sources, lam, count, from },
}: KernelCall<{ dy: TensorInfo }, Shares & From>): TensorInfo {
  const [, ...inner] = dy.shape;
  const output = makeZeros(backend, [from, ...inner]);
  const size = util.sizeFromShape(inner);
  for (const [at, source] of sources.entries()) {
    const upstream = pointer(backend, dy) + 4 * size * Math.floor(at / count);
    const share = lam[at] as number;
    if (share !== 0)
      simdOf(backend).scale(upstream, pointer(backend, output) + 4 * size * source, size, share, 1);
  }
  return output;
}

/** Where the masks of a row and a source lie, and how they are read. */
function masksAt(
  backend: BackendWasm,
  masks: TensorInfo,
  rows: number,
): (row: number, k: number) => number[] {
  const [maskRows, height, width, channels] = masks.shape as [number, number, number, number];
  const perRow = maskRows === rows ? height * width * channels : 0;
  return (row, k) => {
    const isRest = k >= channels;
    return [pointer(backend, masks) + 4 * (perRow * row + (isRest ? 0 : k)), 4 * channels, Number(isRest)];
  };
}

function blendByMasks({
  inputs: { images, masks },
  backend,
  attrs: { sources, count },
}: KernelCall<{ images: TensorInfo; masks: TensorInfo }, Sources>): TensorInfo {
  const [, height, width, depth] = images.shape as [number, number, number, number];
  const rows = sources.length / count;
  const output = backend.makeOutput([rows, height, width, depth], 'float32');
  const pixels = height * width;
  const size = 4 * pixels * depth;
  const shares = masksAt(backend, masks, rows);
  for (const [at, source] of sources.entries()) {
    const [row, k] = [Math.floor(at / count), at % count];
    const [mask = 0, step = 0, rest = 0] = shares(row, k);
    const [x, to] = [pointer(backend, images) + size * source, pointer(backend, output) + size * row];
    simdOf(backend).weight(x, mask, to, pixels, depth, step, rest, Number(k > 0));
  }
  return output;
}

function imagesGradient({
  inputs: { dy, masks },
  backend,
  attrs: { sources, count, from },
}: KernelCall<{ dy: TensorInfo; masks: TensorInfo }, Sources & From>): TensorInfo {
  const [rows, height, width, depth] = dy.shape as [number, number, number, number];
  const output = makeZeros(backend, [from, height, width, depth]);
  const pixels = height * width;
  const size = 4 * pixels * depth;
  const shares = masksAt(backend, masks, rows);
  for (const [at, source] of sources.entries()) {
    const [row, k] = [Math.floor(at / count), at % count];
    const [mask = 0, step = 0, rest = 0] = shares(row, k);
    const [x, to] = [pointer(backend, dy) + size * row, pointer(backend, output) + size * source];
    simdOf(backend).weight(x, mask, to, pixels, depth, step, rest, 1);
  }
  return output;
}

function masksGradient({
  inputs: { dy, images },
  backend,
  attrs: { sources, count, channels },
}: KernelCall<{ dy: TensorInfo; images: TensorInfo }, Sources & { readonly channels: number }>): TensorInfo {
  const [rows, height, width, depth] = dy.shape as [number, number, number, number];
  const output = backend.makeOutput([rows, height, width, channels], 'float32');
  const pixels = height * width;
  const image = (at: number): number =>
    pointer(backend, images) + 4 * pixels * depth * (sources[at] as number);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < channels; k++) {
      const at = row * count + k;
      const upstream = pointer(backend, dy) + 4 * pixels * depth * row;
      const to = pointer(backend, output) + 4 * (pixels * channels * row + k);
      // One mask of two sources: what the first gains, the second loses.
      const other = channels < count ? image(at + 1) : 0;
      simdOf(backend).weightGradient(upstream, image(at), other, to, pixels, depth, 4 * channels);
    }
  }
  return output;
}
