import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's blending of rows. `shape` holds the six numbers of its Shape, see {@link blendNumbers}. */
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

interface Blended {
  readonly sources: TensorInfo;
  /** `[R,K]`, or masks `[R,H,W,K]` or `[R,H,W,1]`. */
  readonly shares: TensorInfo;
}

// Rows of the images and of the result, sources a row, pixels a row, elements a pixel, masks a row.
function blendNumbers(from: number, inner: readonly number[], { sources, shares }: Blended): number[] {
  const [rows, count] = sources.shape as [number, number];
  const size = inner.reduce((product, length) => product * length, 1);
  if (shares.shape.length === 2) return [from, rows, count, 1, size, 0];
  const depth = inner.at(-1) ?? 1;
  return [from, rows, count, depth === 0 ? 0 : size / depth, depth, shares.shape[3] as number];
}

const blend: NativeKernel<Blended & { images: TensorInfo }> = ({ inputs, backend }) => {
  const { images, sources, shares } = inputs;
  const [from = 0, ...inner] = images.shape;
  const out = backend.output([sources.shape[0] as number, ...inner]);
  backend.addon.blend(
    backend.floats(images),
    backend.values(sources, 'int32'),
    backend.floats(shares),
    backend.floats(out),
    blendNumbers(from, inner, inputs),
  );
  return out;
};

const imagesGradient: NativeKernel<Blended & { dy: TensorInfo }, { rows: number }> = ({
  inputs,
  attrs: { rows },
  backend,
}) => {
  const { dy, sources, shares } = inputs;
  const inner = dy.shape.slice(1);
  const dImages = backend.output([rows, ...inner]);
  backend.addon.blendImagesGradient(
    backend.floats(dy),
    backend.values(sources, 'int32'),
    backend.floats(shares),
    backend.floats(dImages),
    blendNumbers(rows, inner, inputs),
  );
  return dImages;
};

const masksGradient: NativeKernel<Blended & { dy: TensorInfo; images: TensorInfo }> = ({
  inputs,
  backend,
}) => {
  const { dy, images, sources, shares } = inputs;
  const [from = 0, ...inner] = images.shape;
  if (inner.includes(0)) return backend.zeros(shares.shape);
  const dMasks = backend.output(shares.shape);
  backend.addon.blendMasksGradient(
    backend.floats(dy),
    backend.floats(images),
    backend.values(sources, 'int32'),
    backend.floats(dMasks),
    blendNumbers(from, inner, inputs),
  );
  return dMasks;
};

/** The fused operations of @mix/core's `blend`. */
export const blendKernels: KernelTable = {
  MixBlend: blend,
  MixBlendImagesGrad: imagesGradient,
  MixBlendMasksGrad: masksGradient,
};
