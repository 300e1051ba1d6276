import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkPaste } from './internal/check-paste.js';
import { flattenRows } from './internal/flatten-rows.js';
import { hasKernel } from './internal/has-kernel.js';
import { pasteEach } from './internal/paste-each.js';
import { pasteShared } from './internal/paste-shared.js';
import { runFused } from './internal/run-fused.js';
import { runKernel } from './internal/run-kernel.js';
import type { Box } from './layout.js';

/** What {@link pasteBoxes} pastes: for each row, one rectangle. */
export interface Paste {
  /** For each row, the rectangle that is replaced; it may hold no pixel. */
  readonly boxes: readonly Box[];
  /** For each row, the row of `patches` that shows there. */
  readonly rows: readonly number[];
  /** float32 `[P,h,w,C]`, borrowed. @defaultValue the images */
  readonly patches?: Tensor4D;
  /** For each row, which rectangle of its patch shows: one with pixels where the box has any. @defaultValue the box */
  readonly from?: readonly Box[];
}

/**
 * Shows, within each row's box, a rectangle of another image, and the row's own pixels outside it. Every pixel is a bitwise copy:
 * where the rectangles differ in size, pixel i of a side shows pixel `⌊i·from/to⌋`, in whole numbers. Differentiable, once.
 *
 * Backends that register the kernels `MixPasteBoxes`, `MixPasteBoxesImagesGrad` and `MixPasteBoxesPatchesGrad` write every pixel
 * once; the others get slices put together again where all rows have the same box, and else one gather over pixels.
 *
 * @param images float32 `[B,H,W,C]`, borrowed.
 * @param paste What goes where.
 * @returns New `[B,H,W,C]`.
 * @throws MixError `SHAPE`, `DTYPE`, `BATCH_SIZE` or `INVALID_ARGUMENT` when an argument is not as stated.
 */
export function pasteBoxes(
  images: Tensor4D,
  { boxes, rows, patches = images, from = boxes }: Paste,
): Tensor4D {
  const paste = { boxes, rows, patches, from };
  checkPaste(images, paste);
  if (boxes.every(isEmpty)) return tf.clone(images);
  return tf.tidy(() => {
    if (hasKernel(FORWARD)) return fused(images, paste);
    return isShared(boxes) && isShared(from) ? pasteShared(images, paste) : pasteEach(images, paste);
  }) as Tensor4D;
}

const FORWARD = 'MixPasteBoxes';

function fused(images: Tensor4D, { boxes, rows, patches, from }: Required<Paste>): tf.Tensor {
  const places = flattenRows(boxes, new Int32Array(4 * boxes.length));
  const cuts = from === boxes ? places : flattenRows(from, new Int32Array(4 * from.length));
  const attrs = { boxes: places, from: cuts, rows: Int32Array.from(rows) };
  return runFused(FORWARD, { images, patches }, attrs, (dy, given, again) => ({
    images: () => runKernel('MixPasteBoxesImagesGrad', { dy }, { boxes: again.boxes }),
    patches: () => {
      const [count, height, width] = given.patches.shape as Tensor4D['shape'];
      return runKernel('MixPasteBoxesPatchesGrad', { dy }, { ...again, count, height, width });
    },
  }));
}

function isShared(boxes: readonly Box[]): boolean {
  const [first] = boxes;
  return boxes.every((box) => box === first || box.every((edge, side) => edge === first?.[side]));
}

function isEmpty([y1, x1, y2, x2]: Box): boolean {
  return y1 === y2 || x1 === x2;
}
