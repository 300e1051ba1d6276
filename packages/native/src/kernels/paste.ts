import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelTable, NativeKernel } from '../internal/kernel-table.js';

/** The addon's pasting of boxes. `shape` holds the seven numbers of its PasteShape, see {@link pasteNumbers}. */
export interface PasteAddon {
  pasteBoxes(
    images: Float32Array,
    patches: Float32Array,
    boxes: Int32Array,
    from: Int32Array,
    rows: Int32Array,
    out: Float32Array,
    shape: readonly number[],
  ): void;
  pasteBoxesImagesGradient(
    dy: Float32Array,
    boxes: Int32Array,
    dImages: Float32Array,
    shape: readonly number[],
  ): void;
  pasteBoxesPatchesGradient(
    dy: Float32Array,
    boxes: Int32Array,
    from: Int32Array,
    rows: Int32Array,
    dPatches: Float32Array,
    shape: readonly number[],
  ): void;
}

interface Boxes {
  /** Four sides for each row: top, left, bottom, right. */
  readonly boxes: Int32Array;
}

interface Pasted extends Boxes {
  /** Four sides for each row, of its patch. */
  readonly from: Int32Array;
  /** The patch of each row. */
  readonly rows: Int32Array;
}

/** The first three axes of the patches. */
interface PatchesShape {
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

// The images' shape, and that of the patches without its last axis.
function pasteNumbers(images: readonly number[], patches: readonly number[]): number[] {
  return [...images, ...patches.slice(0, 3)];
}

const paste: NativeKernel<{ images: TensorInfo; patches: TensorInfo }, Pasted> = ({
  inputs: { images, patches },
  attrs: { boxes, from, rows },
  backend,
}) => {
  const out = backend.output(images.shape);
  const numbers = pasteNumbers(images.shape, patches.shape);
  const read = [backend.floats(images), backend.floats(patches)] as const;
  backend.addon.pasteBoxes(...read, boxes, from, rows, backend.floats(out), numbers);
  return out;
};

const imagesGradient: NativeKernel<{ dy: TensorInfo }, Boxes> = ({ inputs: { dy }, attrs, backend }) => {
  const dImages = backend.output(dy.shape);
  const numbers = pasteNumbers(dy.shape, dy.shape);
  backend.addon.pasteBoxesImagesGradient(backend.floats(dy), attrs.boxes, backend.floats(dImages), numbers);
  return dImages;
};

const patchesGradient: NativeKernel<{ dy: TensorInfo }, Pasted & PatchesShape> = ({
  inputs: { dy },
  attrs: { boxes, from, rows, count, height, width },
  backend,
}) => {
  const dPatches = backend.output([count, height, width, dy.shape[3] as number]);
  const numbers = pasteNumbers(dy.shape, dPatches.shape);
  backend.addon.pasteBoxesPatchesGradient(
    backend.floats(dy),
    boxes,
    from,
    rows,
    backend.floats(dPatches),
    numbers,
  );
  return dPatches;
};

/** The fused operations of @mix/core's `pasteBoxes`. */
export const pasteKernels: KernelTable = {
  MixPasteBoxes: paste,
  MixPasteBoxesImagesGrad: imagesGradient,
  MixPasteBoxesPatchesGrad: patchesGradient,
};
