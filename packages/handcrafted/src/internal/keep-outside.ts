import { invalidArgument } from '@mix/core';
import type { Box } from '../cutmix-box.js';
import { checkBoxes } from './check-boxes.js';

/** Zeros inside each row's boxes and ones elsewhere, `B·H·W` of them. */
export function keepOutside(
  where: string,
  boxes: readonly (readonly Box[])[],
  [height, width]: readonly [number, number],
): Uint8Array {
  const keep = new Uint8Array(boxes.length * height * width).fill(1);
  for (const [row, holes] of boxes.entries()) {
    if (!Array.isArray(holes)) throw invalidArgument(where, 'plan.boxes', 'be a list for each row', holes);
    checkBoxes(where, holes, [height, width]);
    for (const hole of holes) {
      const [y1, x1, y2, x2] = hole;
      for (let y = y1; y < y2; y++) {
        const line = (row * height + y) * width;
        keep.fill(0, line + x1, line + x2);
      }
    }
  }
  return keep;
}
