import type { Tensor4D } from '@tensorflow/tfjs-core';
import { invalidArgument } from '../errors.js';
import type { Box } from '../layout.js';
import type { Paste } from '../paste-boxes.js';
import { checkFloat32 } from './check-float32.js';
import { isRow } from './check-sources.js';

/** Throws unless the arguments of `pasteBoxes` fit together. */
export function checkPaste(images: Tensor4D, { boxes, rows, patches, from }: Required<Paste>): void {
  const [count, , , channels] = images.shape;
  checkImages('images', images, images.shape);
  checkImages('patches', patches, [...patches.shape.slice(0, 3), channels]);
  const lists = { boxes, rows, from };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length !== count) {
      throw invalidArgument('pasteBoxes', name, `have a value for each of ${count} rows`, list.length, {
        code: 'BATCH_SIZE',
      });
    }
  }
  const [have] = patches.shape;
  if (!rows.every((row) => isRow(row, have))) {
    throw invalidArgument('pasteBoxes', 'rows', `be rows from 0 to ${have - 1}`, rows);
  }
  checkInside('boxes', boxes, images);
  checkInside('from', from, patches);
  for (const [row, [y1, x1, y2, x2]] of from.entries()) {
    const [top, left, bottom, right] = boxes[row] as Box;
    if ((y1 === y2 && top < bottom) || (x1 === x2 && left < right)) {
      throw invalidArgument('pasteBoxes', 'from', 'hold pixels where its box does', from[row]);
    }
  }
}

function checkImages(name: string, x: Tensor4D, shape: readonly number[]): void {
  checkFloat32('pasteBoxes', name, x, shape);
  if (x.rank !== 4) throw invalidArgument('pasteBoxes', name, 'be [B,H,W,C]', x.shape, { code: 'SHAPE' });
}

function checkInside(name: string, boxes: readonly Box[], { shape: [, height, width] }: Tensor4D): void {
  for (const box of boxes) {
    const [y1, x1, y2, x2] = box;
    const inside = 0 <= y1 && y1 <= y2 && y2 <= height && 0 <= x1 && x1 <= x2 && x2 <= width;
    if (!(inside && box.every(Number.isInteger))) {
      throw invalidArgument('pasteBoxes', name, `be whole pixels inside [H,W]=[${height},${width}]`, box);
    }
  }
}
