import type { Rng } from '@mix/core';

/** How much of the second colour shows at (x, y), from 0 to 1; x and y in pixels. */
export type Texture = (x: number, y: number) => number;

/** A unit vector in a uniformly drawn direction, without trigonometry (which engines round differently). */
export function drawDirection(rng: Rng): readonly [cos: number, sin: number] {
  for (;;) {
    const x = rng.uniform(-1, 1);
    const y = rng.uniform(-1, 1);
    const square = x * x + y * y;
    if (square > 0.01 && square <= 1) {
      const norm = Math.sqrt(square);
      return [x / norm, y / norm];
    }
  }
}

/** A texture of a drawn kind, direction, phase and period; `unit` is the length, in pixels, of a period of 1. */
export function drawTexture(rng: Rng, unit: number): Texture {
  const [cos, sin] = drawDirection(rng);
  const period = unit * rng.uniform(0.8, 1.5);
  const shiftX = rng.uniform();
  const shiftY = rng.uniform();
  const u = (x: number, y: number) => (x * cos + y * sin) / period + shiftX;
  const v = (x: number, y: number) => (y * cos - x * sin) / period + shiftY;
  const blotches = blotchTexture(rng, period * 1.5);
  const kinds: readonly Texture[] = [
    blotches,
    (x, y) => sharpen(triangleWave(u(x, y))),
    (x, y) => {
      const a = triangleWave(u(x, y)) - 0.5;
      const b = triangleWave(v(x, y)) - 0.5;
      return sharpen(0.5 + 2.5 * a * b);
    },
    (x, y) => {
      const a = triangleWave(u(x, y)) - 1;
      const b = triangleWave(v(x, y)) - 1;
      return sharpen(1.1 - Math.sqrt(a * a + b * b));
    },
    (x, y) => clamp((0.35 * (x * cos + y * sin)) / unit + 0.5),
  ];
  return rng.choice(kinds);
}

/** Smooth noise with blobs of about `period` pixels. */
export function blotchTexture(rng: Rng, period: number): Texture {
  const seed = rng.integer(2 ** 31);
  return (x, y) => {
    const gridX = x / period;
    const gridY = y / period;
    const column = Math.floor(gridX);
    const row = Math.floor(gridY);
    const fx = smooth(gridX - column);
    const fy = smooth(gridY - row);
    const top = lerp(hash(column, row, seed), hash(column + 1, row, seed), fx);
    const bottom = lerp(hash(column, row + 1, seed), hash(column + 1, row + 1, seed), fx);
    return lerp(top, bottom, fy);
  };
}

/** A number in [0, 1) from three integers: noise that costs far less than a draw of the Rng. */
export function hash(a: number, b: number, seed: number): number {
  let bits = Math.imul(a, 0x27d4eb2d) ^ Math.imul(b, 0x165667b1) ^ seed;
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

/** `value` held between 0 and 1. */
export function clamp(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

function triangleWave(t: number): number {
  return Math.abs(2 * (t - Math.floor(t)) - 1);
}

function sharpen(t: number): number {
  return clamp(0.5 + 3 * (t - 0.5));
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function lerp(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}
