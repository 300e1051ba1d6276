import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { makeZeros, pointer } from '../internal/heap.js';
import { type KernelCall, overrideKernel } from '../internal/override-kernel.js';
import { simdOf } from '../internal/simd.js';

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

/** The fused operations of `pasteBoxes` of @mix/core: rectangles of images copied into others, by nearest pixels. */
export function registerPaste(): void {
  overrideKernel('MixPasteBoxes', pasteBoxes);
  overrideKernel('MixPasteBoxesImagesGrad', imagesGradient);
  overrideKernel('MixPasteBoxesPatchesGrad', patchesGradient);
}

function pasteBoxes({
  inputs: { images, patches },
  backend,
  attrs,
}: KernelCall<{ images: TensorInfo; patches: TensorInfo }, Pasted>): TensorInfo {
  const [rows, , width, depth] = images.shape as [number, number, number, number];
  const output = backend.makeOutput(images.shape, 'float32');
  const simd = simdOf(backend);
  const bytes = (4 * util.sizeFromShape(images.shape)) / rows;
  simd.copyImage(pointer(backend, images), pointer(backend, output), bytes * rows);
  for (let row = 0; row < rows; row++) {
    const to = pointer(backend, output) + bytes * row;
    simd.pasteBox(
      ...shown(pointer(backend, patches), patches.shape, attrs, row),
      to,
      width,
      depth,
      ...sides(attrs.boxes, row),
    );
  }
  return output;
}

function imagesGradient({
  inputs: { dy },
  backend,
  attrs,
}: KernelCall<{ dy: TensorInfo }, Boxes>): TensorInfo {
  const [rows, , width, depth] = dy.shape as [number, number, number, number];
  const output = backend.makeOutput(dy.shape, 'float32');
  const simd = simdOf(backend);
  const bytes = (4 * util.sizeFromShape(dy.shape)) / rows;
  simd.copyImage(pointer(backend, dy), pointer(backend, output), bytes * rows);
  for (let row = 0; row < rows; row++) {
    simd.clearBox(pointer(backend, output) + bytes * row, width, depth, ...sides(attrs.boxes, row));
  }
  return output;
}

function patchesGradient({
  inputs: { dy },
  backend,
  attrs,
}: KernelCall<{ dy: TensorInfo }, Pasted & PatchesShape>): TensorInfo {
  const [rows, , width, depth] = dy.shape as [number, number, number, number];
  const output = makeZeros(backend, [attrs.count, attrs.height, attrs.width, depth]);
  const bytes = (4 * util.sizeFromShape(dy.shape)) / rows;
  for (let row = 0; row < rows; row++) {
    const upstream = pointer(backend, dy) + bytes * row;
    const patch = shown(pointer(backend, output), output.shape, attrs, row);
    simdOf(backend).addBox(...patch, upstream, width, depth, ...sides(attrs.boxes, row));
  }
  return output;
}

function sides(boxes: Int32Array, row: number): Int32Array {
  return boxes.subarray(4 * row, 4 * row + 4);
}

/** Where the patch of a row begins, its width, and the rectangle of it: first row and column, height, width. */
function shown(start: number, shape: readonly number[], { from, rows }: Pasted, row: number): number[] {
  const [, height, width, depth] = shape as [number, number, number, number];
  const [y1, x1, y2, x2] = sides(from, row) as unknown as [number, number, number, number];
  return [start + 4 * height * width * depth * (rows[row] as number), width, y1, x1, y2 - y1, x2 - x1];
}
