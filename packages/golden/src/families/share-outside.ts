import type { Box } from '@mix/handcrafted';

/** The own image's share outside a box. */
export function shareOutside([y1, x1, y2, x2]: Box, [height, width]: readonly [number, number]): number {
  return 1 - ((y2 - y1) * (x2 - x1)) / (height * width);
}
