import sharp, { type JpegOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { noise } from '../../../test/made-data.js';
import { decodePlainJpeg } from './decode-jpeg.js';

const encode = (height: number, width: number, options: JpegOptions, gray = false) => {
  const image = sharp(noise(height * 100 + width, height, width), { raw: { height, width, channels: 3 } });
  return (gray ? image.toColourspace('b-w') : image).jpeg(options).toBuffer();
};
const reference = (bytes: Buffer) => sharp(bytes).toColourspace('srgb').removeAlpha().raw().toBuffer();

describe('decodePlainJpeg', () => {
  const sizes = [
    [1, 1],
    [3, 5],
    [7, 9],
    [8, 8],
    [32, 32],
    [33, 17],
    [24, 40],
    [75, 100],
  ] as const;
  const layouts = ['4:4:4', '4:2:0'];
  it.each(sizes.flatMap(([height, width]) => layouts.map((layout) => [height, width, layout] as const)))(
    'gives the very pixels of sharp for %ix%i in %s',
    async (height, width, chromaSubsampling) => {
      for (const quality of [5, 60, 95]) {
        for (const gray of [false, true]) {
          const bytes = await encode(
            height,
            width,
            { quality, chromaSubsampling, optimiseCoding: quality > 60 },
            gray,
          );
          const out = new Uint8Array(height * width * 3);
          const decoded = decodePlainJpeg(out, bytes, height, width);
          // Two chroma samples across are left to sharp.
          expect(decoded).toBe(gray || width > 4 || chromaSubsampling === '4:4:4');
          if (!decoded) continue;
          const expected = await reference(bytes);
          const first = expected.length === out.length ? out : out.filter((_, index) => index % 3 === 0);
          expect(Buffer.from(first).equals(expected)).toBe(true);
        }
      }
    },
  );

  it('leaves to sharp what is not plain, or of another size', async () => {
    const out = new Uint8Array(16 * 16 * 3);
    expect(decodePlainJpeg(out, await encode(16, 16, { progressive: true }), 16, 16)).toBe(false);
    expect(decodePlainJpeg(out, await encode(8, 8, {}), 16, 16)).toBe(false);
    const profiled = await sharp(await encode(16, 16, {}))
      .withIccProfile('p3')
      .jpeg()
      .toBuffer();
    expect(decodePlainJpeg(out, profiled, 16, 16)).toBe(false);
    expect(decodePlainJpeg(out, new Uint8Array(0), 16, 16)).toBe(false);
  });

  it('never takes a file that is cut short, and else agrees with sharp or leaves it the word', async () => {
    const bytes = await encode(16, 16, { quality: 70 });
    const out = new Uint8Array(16 * 16 * 3);
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(decodePlainJpeg(out, bytes.subarray(0, cut), 16, 16), `cut at ${cut}`).toBe(false);
    }
    for (let at = 0; at < bytes.length; at += 3) {
      const broken = Buffer.from(bytes);
      broken[at] = (broken[at] as number) ^ (1 << (at % 8));
      if (!decodePlainJpeg(out, broken, 16, 16)) continue;
      const expected = await reference(broken).catch(() => undefined);
      expect(expected?.equals(out), `byte ${at}`).toBe(true);
    }
  });
});
