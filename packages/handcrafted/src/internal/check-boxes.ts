import { invalidArgument } from '@mix/core';
import { type Box, shareOutside } from '../cutmix-box.js';
import { isNumbers } from './check-plan.js';

type Size = readonly [height: number, width: number];

/** Throws unless every box is of whole pixels inside the image. */
export function checkBoxes(where: string, boxes: readonly Box[], size: Size): void {
  const [height, width] = size;
  for (const box of boxes) {
    if (isNumbers(box, 4)) {
      const [y1, x1, y2, x2] = box;
      if (0 <= y1 && y1 <= y2 && y2 <= height && 0 <= x1 && x1 <= x2 && x2 <= width) continue;
    }
    throw invalidArgument(where, 'plan.boxes', `be whole pixels inside [H,W]=[${size}]`, box);
  }
}

/** Throws unless every λ is the share outside the row's box. */
export function checkBoxShares(
  where: string,
  boxes: readonly Box[],
  lam: readonly number[],
  size: Size,
): void {
  boxes.forEach((box, row) => {
    const share = shareOutside(box, size);
    if (Math.abs((lam[row] ?? 0) - share) > 1e-6) {
      throw invalidArgument(where, 'plan.lam', `be the share outside the box, ${share}`, lam[row]);
    }
  });
}
