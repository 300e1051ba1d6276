import { describe, expect, it } from 'vitest';
import { resizeWindow } from './resize-window.js';

// 17x20 pixels: i = np.arange(1020); y, x, k = i//60, (i//3) % 20, i % 3; (20 + 9*y + 5*x + 37*k + (i*i) % 23) % 240
const image = {
  ...{ height: 17, width: 20, channels: 3 },
  bytes: Uint8Array.from({ length: 1020 }, (_, i) => {
    return (20 + 9 * Math.floor(i / 60) + 5 * (Math.floor(i / 3) % 20) + 37 * (i % 3) + ((i * i) % 23)) % 240;
  }),
};

// FNV-1a of all bytes.
function hash(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => Math.imul(value ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

describe('resizeWindow', () => {
  // Hashes of what Pillow 9.4.0 gives for image.crop((left, top, right, bottom)).resize((width, height), Image.BILINEAR) and BICUBIC:
  it.each([
    ['bilinear', [3, 2, 14, 16], [5, 4], 2743234664],
    ['bilinear', [1, 0, 5, 3], [9, 12], 3279233567],
    ['bilinear', [0, 0, 20, 17], [20, 8], 2202723407],
    ['bicubic', [3, 2, 14, 16], [5, 4], 3205569695],
    ['bicubic', [1, 0, 5, 3], [9, 12], 35707027],
    ['bicubic', [0, 0, 20, 17], [20, 8], 1799191780],
  ] as const)(
    "gives PIL's bytes: %s of %j to %j",
    (mode, [left, top, right, bottom], [width, height], wanted) => {
      const window = { left, top, width: right - left, height: bottom - top };
      const made = resizeWindow(image, window, [height, width], mode);
      expect(made).toMatchObject({ height, width, channels: 3 });
      expect(hash(made.bytes)).toBe(wanted);
    },
  );

  it('leaves a window of the size that is wanted', () => {
    const window = { top: 4, left: 5, height: 2, width: 3 };
    const rows = [4, 5].map((row) => [...image.bytes.subarray((row * 20 + 5) * 3, (row * 20 + 8) * 3)]);
    expect([...resizeWindow(image, window, [2, 3], 'bicubic').bytes]).toEqual(rows.flat());
  });
});
