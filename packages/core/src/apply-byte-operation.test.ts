import { describe, expect, it } from 'vitest';
import { applyByteOperation, type ByteOp, type ByteOperation } from './apply-byte-operation.js';
import type { ByteImage } from './byte-image.js';

// 17x20 pixels: i = np.arange(h*w*c); y, x, k = i//(w*c), (i//c) % w, i % c; (20 + 9*y + 5*x + 37*k + (i*i) % 23) % 240
const image = (channels: number): ByteImage => ({
  height: 17,
  width: 20,
  channels,
  bytes: Uint8Array.from({ length: 17 * 20 * channels }, (_, i) => {
    const [y, x] = [Math.floor(i / (20 * channels)), Math.floor(i / channels) % 20];
    return (20 + 9 * y + 5 * x + 37 * (i % channels) + ((i * i) % 23)) % 240;
  }),
});
const line = (...bytes: number[]): ByteImage => ({
  height: 1,
  width: bytes.length,
  channels: 1,
  bytes: Uint8Array.from(bytes),
});

// FNV-1a of all bytes.
function hash(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => Math.imul(value ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

describe('applyByteOperation', () => {
  // Hashes of what Pillow 9.4.0 gives for RGB and for L, resample=Image.BILINEAR:
  it.each<[ByteOp, number, rgb: number, grey: number]>([
    ['autocontrast', 0, 2843033966, 854044458], // ImageOps.autocontrast(image)
    ['equalize', 0, 2580960038, 67366237], // ImageOps.equalize(image)
    ['posterize', 3, 1762226549, 189671765], // ImageOps.posterize(image, 3)
    ['rotate', -27, 2692107993, 3153998411], // image.rotate(-27)
    ['rotate', 14, 2279209228, 1446510171],
    ['solarize', 180, 2396595087, 450474249], // ImageOps.solarize(image, 180)
    ['shearX', 0.21, 671892520, 4220874772], // image.transform(image.size, Image.AFFINE, (1, 0.21, 0, 0, 1, 0))
    ['shearY', -0.3, 3743578171, 1096049177], // (1, 0, 0, -0.3, 1, 0)
    ['translateX', 5, 2631687653, 2941137375], // (1, 0, 5, 0, 1, 0)
    ['translateY', -4, 2044015584, 2695277544], // (1, 0, 0, 0, 1, -4)
    ['colour', 0.4, 1689423067, 2781512281], // ImageEnhance.Color(image).enhance(0.4)
    ['contrast', 1.7, 1559320683, 999107560], // ImageEnhance.Contrast(image).enhance(1.7)
    ['brightness', 1.9, 4097018329, 2275309030], // ImageEnhance.Brightness(image).enhance(1.9)
    ['sharpness', 1.6, 1838174225, 3996341341], // ImageEnhance.Sharpness(image).enhance(1.6)
    ['sharpness', 0.2, 3307377902, 1409785225],
    ['invert', 0, 567130647, 3040677973], // ImageOps.invert(image)
    ['solarizeAdd', 77, 3555975554, 4251914786], // image.point([min(255, i + 77) if i < 128 else i for i in range(256)] * channels)
  ])("gives PIL's bytes for %s of %d", (op, amount, rgb, grey) => {
    const before = image(3);
    expect(hash(before.bytes)).toBe(4289501339);
    expect(hash(applyByteOperation(before, { op, amount }).bytes)).toBe(rgb);
    expect(hash(before.bytes)).toBe(4289501339);
    expect(hash(applyByteOperation(image(1), { op, amount }).bytes)).toBe(grey);
  });

  // The same with resample=Image.NEAREST and so on, fillcolor=(125, 123, 114), and 125 for L:
  it.each<[ByteOp, number, ByteOperation['interpolation'] & string, rgb: number, grey: number]>([
    ['rotate', -27, 'nearest', 1758702077, 796129355],
    ['shearX', 0.21, 'nearest', 1731898043, 1859802270],
    ['shearY', -0.3, 'nearest', 3770725039, 3695757794],
    ['translateX', 4.6, 'nearest', 3450094059, 4152141428],
    ['translateY', -3.3, 'nearest', 1241104827, 3593472089],
    ['rotate', -27, 'bilinear', 1015118245, 182702969],
    ['translateX', 4.6, 'bilinear', 2279478744, 3334150219],
    ['rotate', -27, 'bicubic', 1714927686, 4076950037],
    ['shearX', 0.21, 'bicubic', 1895222959, 2746639328],
    ['shearY', -0.3, 'bicubic', 2013153301, 4085658818],
    ['translateX', 4.6, 'bicubic', 739734772, 117946113],
    ['translateY', -3.3, 'bicubic', 1990131605, 2858523999],
  ])("gives PIL's bytes for %s of %d read %s", (op, amount, interpolation, rgb, grey) => {
    const made = (channels: number) =>
      applyByteOperation(image(channels), { op, amount, interpolation }, [125, 123, 114]);
    expect([hash(made(3).bytes), hash(made(1).bytes)]).toEqual([rgb, grey]);
  });

  it.each<[ByteOp, number, number[]]>([
    ['autocontrast', 0, [0, 127, 254]], // PIL truncates 254.99...
    ['posterize', 2, [64, 128, 192]],
    ['posterize', 0, [0, 0, 0]],
    ['solarize', 150, [100, 105, 55]],
    ['solarize', 256, [100, 150, 200]],
    ['translateX', 1, [150, 200, 0]],
    ['translateX', -2, [0, 0, 100]],
    ['rotate', 0, [100, 150, 200]],
    ['equalize', 0, [100, 150, 200]],
    ['brightness', 0.5, [50, 75, 100]],
    ['colour', 0, [100, 150, 200]],
    ['contrast', 0, [150, 150, 150]],
    ['contrast', 1, [100, 150, 200]],
    ['posterize', 8, [100, 150, 200]],
    ['solarizeAdd', 128, [228, 150, 200]],
    ['invert', 0, [155, 105, 55]],
  ])('%s of %d makes 100, 150, 200 into %j', (op, amount, wanted) => {
    expect([...applyByteOperation(line(100, 150, 200), { op, amount }).bytes]).toEqual(wanted);
  });

  it('leaves one colour as it is when it stretches or equalises', () => {
    for (const op of ['autocontrast', 'equalize'] as const) {
      expect([...applyByteOperation(line(...new Array(600).fill(7)), { op, amount: 0 }).bytes]).toEqual(
        new Array(600).fill(7),
      );
    }
  });
});
