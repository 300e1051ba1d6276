/** Which pixels of a line each pixel of the scaled line reads, and how much of each. */
export interface ByteTaps {
  /** First pixel read. */
  readonly first: Int32Array;
  /** Pixels read. */
  readonly count: Int32Array;
  /** The most that are read. */
  readonly most: number;
  /** `most` weights for each, in 2^-{@link tapBits}ths. */
  readonly weights: Int32Array;
}

/** Fractional bits of a weight: as many as PIL has for bytes. */
export const tapBits = 22;

/** How to scale a line of `from` pixels to `to`, with PIL's weights: those beyond the line left out, the others summing to 1. */
export function byteTaps(from: number, to: number, interpolation: 'bilinear' | 'bicubic'): ByteTaps {
  const [reach, weightAt] = interpolation === 'bilinear' ? ([1, linear] as const) : ([2, cubic] as const);
  const step = from / to;
  const widening = Math.max(1, step);
  const support = reach * widening;
  const most = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * most);
  for (let index = 0; index < to; index++) {
    const centre = (index + 0.5) * step;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const own = Array.from({ length: end - start }, (_, tap) =>
      weightAt((tap + start - centre + 0.5) * (1 / widening)),
    );
    const sum = own.reduce((total, weight) => total + weight, 0);
    first[index] = start;
    count[index] = own.length;
    for (const [tap, weight] of own.entries()) {
      const scaled = (weight / sum) * 2 ** tapBits;
      weights[index * most + tap] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    }
  }
  return { first, count, most, weights };
}

function linear(x: number): number {
  return Math.max(0, 1 - Math.abs(x));
}

// a = −½.
function cubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * -0.5 : 0;
}
