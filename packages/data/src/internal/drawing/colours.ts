import type { Rng } from '@mix/core';

/** Red, green and blue, from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A colour of any hue, neither black nor white. */
export function drawColour(rng: Rng): Colour {
  const hue = rng.uniform(0, 6);
  const saturation = rng.uniform(0.15, 0.9);
  const value = rng.uniform(70, 245);
  const channel = (offset: number) => {
    const turn = (offset + hue) % 6;
    const share = Math.max(0, Math.min(turn, 4 - turn, 1));
    return value * (1 - saturation * share);
  };
  return [channel(5), channel(3), channel(1)];
}

/** A colour whose brightness is at least `gap` (0–255) from that of `other`, if a dozen draws find one. */
export function drawContrast(rng: Rng, other: Colour, gap: number): Colour {
  let best = drawColour(rng);
  for (let attempt = 1; attempt < 12 && brightnessGap(best, other) < gap; attempt++) {
    const next = drawColour(rng);
    if (brightnessGap(next, other) > brightnessGap(best, other)) best = next;
  }
  return best;
}

/** `share` of `b` in `a`. */
export function blend(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

function brightnessGap(a: Colour, b: Colour): number {
  return Math.abs(brightness(a) - brightness(b));
}

function brightness([red, green, blue]: Colour): number {
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}
