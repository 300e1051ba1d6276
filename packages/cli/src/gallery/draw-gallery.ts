import { Canvas, type Colour, fitText, type Picture, textWidth } from './canvas.js';
import type { GalleryRow } from './gallery-row.js';
import { glyphSize } from './glyphs.js';

/** A gallery to draw. */
export interface Gallery {
  /** Says which mixer, which data and which seed. */
  readonly title: string;
  readonly rows: readonly GalleryRow[];
}

const paper: Colour = [255, 255, 255];
const ink: Colour = [20, 20, 20];
const faint: Colour = [95, 95, 95];
const frame: Colour = [150, 150, 150];

const margin = 20;
const gap = 16;
const text = 2;
const line = (glyphSize[1] + 3) * text;
const smallestCell = 128;

/**
 * Draws a table of mixed samples, one a row: the sources with their classes, the mask of the own image or of each, with its mean share
 * where that need not be λ, the mix, λ and the targets. Images keep their pixels, enlarged by a whole factor.
 */
export function drawGallery({ title, rows }: Gallery): Picture {
  const { width, height } = rows[0]?.mix ?? { width: smallestCell, height: smallestCell };
  const scale = Math.max(1, Math.round(smallestCell / Math.max(width, height)));
  const cellWidth = Math.max(width * scale, smallestCell);
  const sourceCount = Math.max(...rows.map((row) => row.sources.length), 1);
  const heads = columnHeads(sourceCount, Math.max(...rows.map((row) => row.masks.length), 1));
  const columnLeft = (column: number): number => margin + column * (cellWidth + gap);
  const noteLeft = columnLeft(heads.length);
  const noteWidth = widthOfNotes(rows);
  const rowHeight = height * scale + line + gap;
  const top = margin + 2 * line + gap;
  const canvas = new Canvas(noteLeft + noteWidth + margin, top + rows.length * rowHeight, paper);

  canvas.write(fitText(title, canvas.width - 2 * margin, text), margin, margin, text, ink);
  for (const [column, head] of [...heads, 'λ and targets'].entries()) {
    canvas.write(head, columnLeft(column), margin + line + gap / 2, text, faint);
  }
  for (const [index, row] of rows.entries()) {
    const rowTop = top + index * rowHeight;
    const show = (picture: Picture, column: number, caption = ''): void => {
      const left = columnLeft(column);
      canvas.fill(left - 1, rowTop - 1, picture.width * scale + 2, picture.height * scale + 2, frame);
      canvas.draw(picture, left, rowTop, scale);
      canvas.write(fitText(caption, cellWidth, text), left, rowTop + picture.height * scale + 6, text, ink);
    };
    for (const [column, { picture, label }] of row.sources.entries()) show(picture, column, label);
    for (const [column, { picture, share }] of row.masks.entries()) {
      show(picture, sourceCount + column, share === undefined ? '' : `share ${share.toFixed(2)}`);
    }
    show(row.mix, heads.length - 1);
    canvas.write(`λ ${row.lam.toFixed(2)}`, noteLeft, rowTop, 2 * text, ink);
    for (const [place, target] of targetLines(row).entries()) {
      canvas.write(fitText(target, noteWidth, text), noteLeft, rowTop + (place + 2) * line, text, ink);
    }
  }
  return canvas;
}

function columnHeads(sourceCount: number, maskCount: number): readonly string[] {
  if (sourceCount === 1) return ['image', 'mask', 'mix'];
  const letters = Array.from({ length: sourceCount }, (_, index) => String.fromCharCode(97 + index));
  const masks = letters.slice(0, maskCount).map((letter) => `mask of ${letter}`);
  return [...letters.map((letter) => `image ${letter}`), ...masks, 'mix'];
}

function targetLines({ targets }: GalleryRow): string[] {
  return targets.map(({ label, weight }) => `${weight.toFixed(2)} ${label}`);
}

function widthOfNotes(rows: readonly GalleryRow[]): number {
  const widths = rows.flatMap(targetLines).map((target) => textWidth(target, text));
  return Math.min(Math.max(textWidth('λ and targets', text), ...widths), 2 * smallestCell);
}
