import type { Rng } from '@mix/core';
import type { Annotation } from '../../dataset.js';
import { blend, type Colour, drawColour, drawContrast } from './colours.js';
import { bar, type Shape, shapes, splinter } from './shapes.js';
import { blotchTexture, clamp, drawDirection, drawTexture, hash, type Texture } from './textures.js';

/** A drawn picture: uint8 `[side,side,3]` pixels and where its object is. */
export type Scene = { readonly pixels: Uint8Array } & Annotation;

type Canvas = { readonly side: number; readonly colours: Float32Array };
type Fill = { readonly first: Colour; readonly second: Colour; readonly texture: Texture };
type Place = {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly direction: readonly [cos: number, sin: number];
};

/** Draws the object of class `label` on a cluttered background. */
export function drawScene(rng: Rng, label: number, side: number): Scene {
  const canvas: Canvas = { side, colours: new Float32Array(side * side * 3) };
  const base = drawColour(rng);
  paintBackground(canvas, base, rng);
  paintClutter(canvas, rng);

  const radius = side * rng.uniform(0.34, 0.46);
  const place = { ...drawPlace(rng, side, radius, radius * 0.92), direction: drawTilt(rng) };
  const first = drawContrast(rng, base, 110);
  const second = blend(first, drawColour(rng), 0.25);
  const fill = { first, second, texture: drawTexture(rng, side * 0.16) };
  const mask = new Uint8Array(side * side);
  paint(canvas, shapes[label] as Shape, place, fill, 0.35, mask);
  return { pixels: develop(canvas, rng.integer(2 ** 31), rng.uniform(3, 8)), box: boxOf(mask, side), mask };
}

function paintBackground({ side, colours }: Canvas, base: Colour, rng: Rng): void {
  const second = blend(base, drawColour(rng), 0.55);
  const pattern = drawTexture(rng, side * 0.2);
  const blotches = blotchTexture(rng, side * rng.uniform(0.2, 0.45));
  const share = rng.uniform(0, 0.6);
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const t = share * pattern(x, y) + (1 - share) * blotches(x, y);
      colours[at++] = base[0] + (second[0] - base[0]) * t;
      colours[at++] = base[1] + (second[1] - base[1]) * t;
      colours[at++] = base[2] + (second[2] - base[2]) * t;
    }
  }
}

// Bars, splinters and miniatures of every class: no local edge or corner tells which class the picture is.
function paintClutter(canvas: Canvas, rng: Rng): void {
  const { side } = canvas;
  const count = 4 + rng.integer(4);
  for (let index = 0; index < count; index++) {
    const kind = rng.integer(3);
    const shape = kind === 0 ? bar : kind === 1 ? splinter : rng.choice(shapes);
    const radius = side * (kind === 2 ? rng.uniform(0.06, 0.11) : rng.uniform(0.08, 0.2));
    const first = drawColour(rng);
    const fill = {
      first,
      second: blend(first, drawColour(rng), 0.4),
      texture: drawTexture(rng, side * 0.12),
    };
    paint(canvas, shape, drawPlace(rng, side, radius, 0), fill, 0.15);
  }
}

function drawPlace(rng: Rng, side: number, radius: number, margin: number): Place {
  const x = rng.uniform(margin, side - margin);
  const y = rng.uniform(margin, side - margin);
  return { x, y, radius, direction: drawDirection(rng) };
}

// At most 32° either way: upright enough to learn soon, tilted enough that no pixel can be relied on.
function drawTilt(rng: Rng): Place['direction'] {
  for (;;) {
    const direction = drawDirection(rng);
    if (direction[0] >= 0.85) return direction;
  }
}

function paint(
  { side, colours }: Canvas,
  shape: Shape,
  { x: centreX, y: centreY, radius, direction: [cos, sin] }: Place,
  { first, second, texture }: Fill,
  shadow: number,
  mask?: Uint8Array,
): void {
  const reach = radius + side / 12;
  const lastX = Math.min(side - 1, Math.ceil(centreX + reach));
  const lastY = Math.min(side - 1, Math.ceil(centreY + reach));
  for (let y = Math.max(0, Math.floor(centreY - reach)); y <= lastY; y++) {
    for (let x = Math.max(0, Math.floor(centreX - reach)); x <= lastX; x++) {
      const dx = x + 0.5 - centreX;
      const dy = y + 0.5 - centreY;
      const u = dx * cos + dy * sin;
      const v = dy * cos - dx * sin;
      const distance = shape(u / radius, v / radius) * radius;
      const cover = clamp(0.5 - distance);
      const shade = 1 - shadow * clamp(1 - (distance * 14) / side);
      if (cover === 0 && shade === 1) continue;
      const light = 1.08 - (0.14 * (dy + radius)) / (2 * radius);
      const t = cover === 0 ? 0 : texture(u, v);
      const at = (y * side + x) * 3;
      for (let c = 0; c < 3; c++) {
        const a = first[c] as number;
        const ink = (a + ((second[c] as number) - a) * t) * light;
        const under = (colours[at + c] as number) * shade;
        colours[at + c] = under + (ink - under) * cover;
      }
      if (mask !== undefined && cover >= 0.5) mask[y * side + x] = 1;
    }
  }
}

// Grain, then eight bits.
function develop({ colours }: Canvas, seed: number, grain: number): Uint8Array {
  const pixels = new Uint8Array(colours.length);
  for (let index = 0; index < pixels.length; index++) {
    const noisy = (colours[index] as number) + (hash(index, 0, seed) - 0.5) * 2 * grain;
    pixels[index] = noisy < 0 ? 0 : noisy > 255 ? 255 : Math.round(noisy);
  }
  return pixels;
}

function boxOf(mask: Uint8Array, side: number): Annotation['box'] {
  let [y1, x1, y2, x2] = [side, side, 0, 0];
  for (let index = 0; index < mask.length; index++) {
    if (mask[index] === 0) continue;
    const x = index % side;
    const y = (index - x) / side;
    y1 = Math.min(y1, y);
    x1 = Math.min(x1, x);
    y2 = Math.max(y2, y + 1);
    x2 = Math.max(x2, x + 1);
  }
  return [y1, x1, y2, x2];
}
