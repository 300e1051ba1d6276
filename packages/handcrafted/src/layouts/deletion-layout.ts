import type { Box, Layout, Plan } from '@mix/core';

/** Rows that show their own image where a deletion keeps it (`B·H·W` zeros and ones), and nothing elsewhere. */
export function deletionLayout({ shape: [count, height, width] }: Plan, keep: Uint8Array): Layout {
  const whole: Box = [0, 0, height, width];
  const area = height * width;
  const rows = Array.from({ length: count }, (_, source) => {
    const opacity = Float32Array.from(keep.subarray(source * area, (source + 1) * area));
    return [{ source, from: whole, to: whole, opacity }];
  });
  return { size: [height, width], rows };
}
