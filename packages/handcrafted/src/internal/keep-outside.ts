import { invalidArgument } from '@mix/core';
import type { Box } from '../cutmix-box.js';

/** Zeros inside each row's boxes and ones elsewhere, `B·H·W` of them. */
export function keepOutside(
  where: string,
  boxes: readonly (readonly Box[])[],
  [height, width]: readonly [number, number],
): Uint8Array {
  const keep = new Uint8Array(boxes.length * height * width).fill(1);
  for (const [row, holes] of boxes.entries()) {
    for (const hole of holes) {
      checkInside(where, hole, [height, width]);
      const [y1, x1, y2, x2] = hole;
      for (let y = y1; y < y2; y++) {
        const line = (row * height + y) * width;
        keep.fill(0, line + x1, line + x2);
      }
    }
  }
  return keep;
}

function checkInside(where: string, box: Box, [height, width]: readonly [number, number]): void {
  const [y1, x1, y2, x2] = box;
  const inside = 0 <= y1 && y1 <= y2 && y2 <= height && 0 <= x1 && x1 <= x2 && x2 <= width;
  if (!inside || !box.every(Number.isInteger)) {
    throw invalidArgument(where, 'plan.boxes', `be whole pixels inside [H,W]=[${height},${width}]`, box);
  }
}
