import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Canvas, fitText, type Picture, textWidth } from './canvas.js';
import { drawGallery } from './draw-gallery.js';
import type { GalleryRow } from './gallery-row.js';
import { writePng } from './write-png.js';

function plain(colour: readonly [number, number, number], side = 32): Picture {
  return new Canvas(side, side, colour);
}

const row: GalleryRow = {
  sources: [
    { picture: plain([200, 0, 0]), label: 'cat' },
    { picture: plain([0, 0, 200]), label: 'dog' },
  ],
  masks: [{ picture: plain([255, 255, 255]) }],
  mix: plain([150, 0, 50]),
  lam: 0.75,
  targets: [
    { label: 'cat', weight: 0.75 },
    { label: 'dog', weight: 0.25 },
  ],
};

function colourAt({ pixels, width }: Picture, x: number, y: number): number[] {
  return [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** Whether `part` is somewhere in `whole`, pixel by pixel. */
function contains(whole: Picture, part: Picture): boolean {
  for (let y = 0; y + part.height <= whole.height; y++) {
    for (let x = 0; x + part.width <= whole.width; x++) {
      if (matches(whole, part, x, y)) return true;
    }
  }
  return false;
}

function matches(whole: Picture, part: Picture, left: number, top: number): boolean {
  for (let y = 0; y < part.height; y++) {
    const from = ((top + y) * whole.width + left) * 3;
    for (let index = 0; index < part.width * 3; index++) {
      if (whole.pixels[from + index] !== part.pixels[y * part.width * 3 + index]) return false;
    }
  }
  return true;
}

describe('drawGallery', () => {
  it('shows sources, mask and mix enlarged, and λ in letters', () => {
    const gallery = drawGallery({ title: 'cutmix', rows: [row, row] });
    expect(colourAt(gallery, 20 + 64, 80 + 64)).toEqual([200, 0, 0]);
    expect(colourAt(gallery, 20 + 144 + 64, 80 + 64)).toEqual([0, 0, 200]);
    expect(colourAt(gallery, 20 + 2 * 144 + 64, 80 + 64)).toEqual([255, 255, 255]);
    expect(colourAt(gallery, 20 + 3 * 144 + 64, 80 + 64)).toEqual([150, 0, 50]);
    const lam = new Canvas(textWidth('λ 0.75', 4), 28, [255, 255, 255]);
    lam.write('λ 0.75', 0, 0, 4, [20, 20, 20]);
    expect(contains(gallery, lam)).toBe(true);
  });

  it('shows the share of a mask apart from λ, and the masks of more than two images', () => {
    const inked = (text: string): Picture => {
      const words = new Canvas(textWidth(text, 2), 14, [255, 255, 255]);
      words.write(text, 0, 0, 2, [20, 20, 20]);
      return words;
    };
    const gallery = drawGallery({
      title: 'automix',
      rows: [{ ...row, lam: 0.49, masks: [{ picture: plain([255, 255, 255]), share: 0.94 }] }],
    });
    expect(contains(gallery, inked('share 0.94'))).toBe(true);
    expect(contains(drawGallery({ title: '', rows: [row] }), inked('share'))).toBe(false);
    const masks = [9, 8, 7].map((grey) => ({ picture: plain([grey, grey, grey]), share: 1 / 3 }));
    const sources = [...row.sources, { picture: plain([0, 9, 0]), label: 'eel' }];
    const three = drawGallery({ title: 'adautomix', rows: [{ ...row, sources, masks }, row] });
    const column = (at: number) => colourAt(three, 20 + at * 144 + 64, 80 + 64);
    expect([3, 4, 5, 6].map(column)).toEqual([
      [9, 9, 9],
      [8, 8, 8],
      [7, 7, 7],
      [150, 0, 50],
    ]);
  });

  it('grows by one row a sample', () => {
    const [one, two, three] = [1, 2, 3].map((count) =>
      drawGallery({ title: '', rows: Array(count).fill(row) }),
    );
    expect(three!.height - two!.height).toBe(two!.height - one!.height);
    expect(three!.width).toBe(one!.width);
  });

  it('shows rows that were not mixed, and large images at their own size', () => {
    const { sources, ...rest } = row;
    const single = drawGallery({ title: 'none', rows: [{ ...rest, sources: sources.slice(0, 1), lam: 1 }] });
    expect(single.width).toBeLessThan(drawGallery({ title: '', rows: [row] }).width);
    const large = plain([9, 9, 9], 224);
    const picture = {
      sources: [{ picture: large, label: 'x' }],
      masks: [{ picture: large }],
      mix: large,
      lam: 1,
      targets: [],
    };
    expect(drawGallery({ title: '', rows: [picture] }).width).toBeLessThan(1000);
  });

  it('is a PNG file of its size', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'mix-')), 'deep', 'gallery.png');
    const gallery = drawGallery({ title: 'cutmix', rows: [row] });
    await writePng(path, gallery);
    const { data, info } = await sharp(await readFile(path))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: gallery.width, height: gallery.height, channels: 3 });
    expect(data.equals(gallery.pixels)).toBe(true);
  });
});

describe('fitText', () => {
  it.each([
    ['cat', 200, 'cat'],
    ['a very long class name', 120, 'a very lo…'],
    ['cat', 10, '…'],
  ])('brings %j into %i pixels', (text, width, expected) => {
    expect(fitText(text, width, 2)).toBe(expected);
    expect(textWidth(fitText(text, width, 2), 2)).toBeLessThanOrEqual(Math.max(width, 10));
  });
});
