import { Canvas, type Colour, fitText, type Picture } from './canvas.js';
import { glyphSize } from './glyphs.js';
import type { SweepRow } from './mask-sweep.js';

const paper: Colour = [255, 255, 255];
const ink: Colour = [20, 20, 20];
const faint: Colour = [95, 95, 95];
const frame: Colour = [150, 150, 150];

const margin = 20;
const gap = 8;
const text = 2;
const line = (glyphSize[1] + 3) * text;
const cell = 128;

const legend =
  'upper lines: masks, white for a, with the mean share of a below · lower lines: mixes · attention: where in b a looks, mean over all of a';

/**
 * Draws learned masks: two lines a pair, the own image with masks for λ from 0 to 1 above the partner with mixes, then where the own image
 * looks in its partner. Below each mask stands the share that it shows.
 *
 * @param remarks Lines below the title and the legend.
 */
export function drawSweep({
  title,
  remarks = [],
  rows,
}: {
  readonly title: string;
  readonly remarks?: readonly string[];
  readonly rows: readonly SweepRow[];
}): Picture {
  const steps = rows[0]?.steps ?? [];
  const columns = steps.length + 2;
  const texts = [title, legend, ...remarks];
  const top = margin + (texts.length + 1) * line + gap;
  const pairHeight = 2 * (cell + line) + 2 * gap;
  const width = 2 * margin + columns * (cell + gap) - gap;
  const canvas = new Canvas(width, top + rows.length * pairHeight + margin, paper);
  const left = (column: number): number => margin + column * (cell + gap);
  const show = (picture: Picture, column: number, y: number, caption = ''): void => {
    canvas.fill(left(column) - 1, y - 1, cell + 2, cell + 2, frame);
    canvas.draw(fitted(picture), left(column), y, 1);
    canvas.write(fitText(caption, cell, text), left(column), y + cell + 4, text, faint);
  };
  for (const [index, words] of texts.entries()) {
    canvas.write(fitText(words, width - 2 * margin, text), margin, margin + index * line, text, ink);
  }
  const heads = top - line - gap / 2;
  for (const [index, { lam }] of steps.entries()) {
    canvas.write(`λ ${lam.toFixed(1)}`, left(index + 1), heads, text, ink);
  }
  canvas.write('attention', left(columns - 1), heads, text, ink);
  for (const [index, { sources, attention, steps: mixes }] of rows.entries()) {
    const [above, below] = [top + index * pairHeight, top + index * pairHeight + cell + line];
    for (const [index, { picture, label }] of sources.entries()) {
      show(picture, 0, [above, below][index] as number, `${'ab'[index]}: ${label}`);
    }
    for (const [step, { mask, mix, shown }] of mixes.entries()) {
      show(mask, step + 1, above, `share ${shown.toFixed(2)}`);
      show(mix, step + 1, below, 'mix');
    }
    show(attention.picture, columns - 1, below, attention.even ? 'in b: even' : 'in b');
  }
  return canvas;
}

/** A picture as large as a cell, without smoothing. */
function fitted({ width, height, pixels }: Picture): Picture {
  const resized = new Uint8Array(cell * cell * 3);
  for (let y = 0; y < cell; y++) {
    for (let x = 0; x < cell; x++) {
      const from = (Math.floor((y * height) / cell) * width + Math.floor((x * width) / cell)) * 3;
      resized.set(pixels.subarray(from, from + 3), (y * cell + x) * 3);
    }
  }
  return { width: cell, height: cell, pixels: resized };
}
