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
const cell = 96;

/**
 * Draws learned masks: two lines a pair, the own image with masks for λ from 0 to 1 above the partner with mixes, then where the own image
 * looks in its partner. Below each mask stands the share that it shows.
 */
export function drawSweep({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly SweepRow[];
}): Picture {
  const steps = rows[0]?.steps ?? [];
  const columns = steps.length + 2;
  const top = margin + 2 * line + gap;
  const pairHeight = 2 * (cell + line) + 2 * gap;
  const width = 2 * margin + columns * (cell + gap) - gap;
  const canvas = new Canvas(width, top + rows.length * pairHeight + margin, paper);
  const left = (column: number): number => margin + column * (cell + gap);
  const show = (picture: Picture, column: number, y: number, caption = ''): void => {
    canvas.fill(left(column) - 1, y - 1, cell + 2, cell + 2, frame);
    canvas.draw(fitted(picture), left(column), y, 1);
    canvas.write(fitText(caption, cell, text), left(column), y + cell + 4, text, faint);
  };
  canvas.write(fitText(title, width - 2 * margin, text), margin, margin, text, ink);
  for (const [index, { lam }] of steps.entries()) {
    canvas.write(`λ ${lam.toFixed(1)}`, left(index + 1), margin + line + gap / 2, text, ink);
  }
  for (const [index, { sources, attention, steps: mixes }] of rows.entries()) {
    const [above, below] = [top + index * pairHeight, top + index * pairHeight + cell + line];
    show(sources[0], 0, above, 'image a');
    show(sources[1], 0, below, 'image b');
    for (const [step, { mask, mix, shown }] of mixes.entries()) {
      show(mask, step + 1, above, shown.toFixed(2));
      show(mix, step + 1, below);
    }
    show(attention, columns - 1, below, 'a sees');
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
