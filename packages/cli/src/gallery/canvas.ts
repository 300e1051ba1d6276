import { glyphSize, glyphs, missingGlyph } from './glyphs.js';

/** Red, green and blue from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** uint8 RGB pixels `[height,width,3]`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A picture to draw on: rectangles, enlarged pictures and text. What lies outside is cut off. */
export class Canvas implements Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;

  constructor(width: number, height: number, background: Colour) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    this.fill(0, 0, width, height, background);
  }

  /** Fills a rectangle. */
  fill(left: number, top: number, width: number, height: number, colour: ArrayLike<number>): void {
    const right = Math.min(left + width, this.width);
    for (let y = Math.max(top, 0); y < Math.min(top + height, this.height); y++) {
      for (let x = Math.max(left, 0); x < right; x++) this.pixels.set(colour, (y * this.width + x) * 3);
    }
  }

  /** Draws a picture `scale` times as large, without smoothing. */
  draw(picture: Picture, left: number, top: number, scale: number): void {
    for (let y = 0; y < picture.height; y++) {
      for (let x = 0; x < picture.width; x++) {
        const from = (y * picture.width + x) * 3;
        this.fill(left + x * scale, top + y * scale, scale, scale, picture.pixels.subarray(from, from + 3));
      }
    }
  }

  /** Writes one line; `left` and `top` are those of its first glyph. */
  write(text: string, left: number, top: number, scale: number, colour: Colour): void {
    const [columns] = glyphSize;
    let x = left;
    for (const character of text) {
      for (const [row, digit] of [...(glyphs.get(character) ?? missingGlyph)].entries()) {
        const bits = Number.parseInt(digit, 32);
        for (let column = 0; column < columns; column++) {
          const inked = (bits >> (columns - 1 - column)) & 1;
          if (inked === 1) this.fill(x + column * scale, top + row * scale, scale, scale, colour);
        }
      }
      x += (columns + 1) * scale;
    }
  }
}

/** Width of a line of text. */
export function textWidth(text: string, scale: number): number {
  return Math.max([...text].length * (glyphSize[0] + 1) - 1, 0) * scale;
}

/** Cuts a text to at most `width` pixels, with an ellipsis where something is missing. */
export function fitText(text: string, width: number, scale: number): string {
  if (textWidth(text, scale) <= width) return text;
  const count = Math.floor((width / scale + 1) / (glyphSize[0] + 1));
  return `${[...text].slice(0, Math.max(count - 1, 0)).join('')}…`;
}
