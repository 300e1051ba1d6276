import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's blending of rows. `shape` holds the seven numbers of its BlendShape, see {@link blendNumbers}. */
export interface BlendAddon {
  blend(
    images: Float32Array,
    sources: Int32Array,
    shares: Float32Array,
    out: Float32Array,
    shape: readonly number[],
  ): void;
  blendImagesGradient(
    dy: Float32Array,
    sources: Int32Array,
    shares: Float32Array,
    dImages: Float32Array,
    shape: readonly number[],
  ): void;
  blendMasksGradient(
    dy: Float32Array,
    images: Float32Array,
    sources: Int32Array,
    dMasks: Float32Array,
    shape: readonly number[],
  ): void;
}

/** What is blended, of every blend. */
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

/** For a gradient by the images. */
interface From {
  /** How many images there are. */
  readonly from: number;
}

// Rows of the images and of the result, sources a row, pixels a row, elements a pixel, masks a row, whether the rows share them.
function blendNumbers(from: number, [rows = 0, ...inner]: readonly number[], count: number): number[] {
  return [from, rows, count, 1, sizeOf(inner), 0, 0];
}

function maskNumbers(
  from: number,
  [rows = 0, ...inner]: readonly number[],
  count: number,
  [maskRows, , , channels = 0]: readonly number[],
): number[] {
  const depth = inner.at(-1) ?? 1;
  return [
    from,
    rows,
    count,
    depth === 0 ? 0 : sizeOf(inner) / depth,
    depth,
    channels,
    Number(maskRows !== rows),
  ];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

const byLam: NativeKernel<{ images: TensorInfo }, Shares> = ({ inputs: { images }, attrs, backend }) => {
  const { sources, lam, count } = attrs;
  const [from = 0, ...inner] = images.shape;
  const out = backend.output([sources.length / count, ...inner]);
  const numbers = blendNumbers(from, out.shape, count);
  backend.addon.blend(backend.floats(images), sources, lam, backend.floats(out), numbers);
  return out;
};

const byLamGradient: NativeKernel<{ dy: TensorInfo }, Shares & From> = ({
  inputs: { dy },
  attrs,
  backend,
}) => {
  const { sources, lam, count, from } = attrs;
  const dImages = backend.output([from, ...dy.shape.slice(1)]);
  const numbers = blendNumbers(from, dy.shape, count);
  backend.addon.blendImagesGradient(backend.floats(dy), sources, lam, backend.floats(dImages), numbers);
  return dImages;
};

const byMasks: NativeKernel<{ images: TensorInfo; masks: TensorInfo }, Sources> = ({
  inputs: { images, masks },
  attrs: { sources, count },
  backend,
}) => {
  const [from = 0, ...inner] = images.shape;
  const out = backend.output([sources.length / count, ...inner]);
  const numbers = maskNumbers(from, out.shape, count, masks.shape);
  backend.addon.blend(backend.floats(images), sources, backend.floats(masks), backend.floats(out), numbers);
  return out;
};

const byMasksImagesGradient: NativeKernel<{ dy: TensorInfo; masks: TensorInfo }, Sources & From> = ({
  inputs: { dy, masks },
  attrs: { sources, count, from },
  backend,
}) => {
  const dImages = backend.output([from, ...dy.shape.slice(1)]);
  const numbers = maskNumbers(from, dy.shape, count, masks.shape);
  const { addon } = backend;
  addon.blendImagesGradient(
    backend.floats(dy),
    sources,
    backend.floats(masks),
    backend.floats(dImages),
    numbers,
  );
  return dImages;
};

/** `channels` of the masks. */
const byMasksGradient: NativeKernel<
  { dy: TensorInfo; images: TensorInfo },
  Sources & { readonly channels: number }
> = ({ inputs: { dy, images }, attrs: { sources, count, channels }, backend }) => {
  const shape = [...dy.shape.slice(0, 3), channels];
  if (dy.shape.includes(0)) return backend.zeros(shape);
  const dMasks = backend.output(shape);
  const numbers = maskNumbers(images.shape[0] as number, dy.shape, count, shape);
  const { addon } = backend;
  addon.blendMasksGradient(
    backend.floats(dy),
    backend.floats(images),
    sources,
    backend.floats(dMasks),
    numbers,
  );
  return dMasks;
};

/** The fused operations of @mix/core's `blendByLam` and `blendByMasks`. */
export const blendKernels: KernelTable = {
  MixBlendByLam: byLam,
  MixBlendByLamGrad: byLamGradient,
  MixBlendByMasks: byMasks,
  MixBlendByMasksImagesGrad: byMasksImagesGradient,
  MixBlendByMasksGrad: byMasksGradient,
};
