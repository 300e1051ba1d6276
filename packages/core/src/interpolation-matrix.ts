/** Interpolation between pixels. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic';

// Keys' cubic with a = −0.75, as PyTorch and OpenCV have it.
const CUBIC_A = -0.75;

/**
 * The matrix `[to, from]` (row-major) that resamples a line of `from` pixels to `to`. Output pixel i looks at
 * `(i + ½)·from/to − ½` (half-pixel centres); nearest takes pixel `⌊i·from/to⌋`, in integer arithmetic. Samples beyond the
 * border repeat the border's pixel, so each row sums to 1.
 */
export function interpolationMatrix(from: number, to: number, mode: Interpolation): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    for (const [column, weight] of taps(row, from, to, mode)) {
      const index = row * from + Math.min(Math.max(column, 0), from - 1);
      matrix[index] = (matrix[index] as number) + weight;
    }
  }
  return matrix;
}

function taps(
  row: number,
  from: number,
  to: number,
  mode: Interpolation,
): [column: number, weight: number][] {
  if (mode === 'nearest') return [[Math.floor((row * from) / to), 1]];
  const centre = ((row + 0.5) * from) / to - 0.5;
  if (mode === 'bilinear') {
    // Clamped at 0 as PyTorch does; beyond the other border both taps are the last pixel anyway.
    const position = Math.max(centre, 0);
    const base = Math.floor(position);
    return [
      [base, 1 - (position - base)],
      [base + 1, position - base],
    ];
  }
  const base = Math.floor(centre);
  const t = centre - base;
  return [-1, 0, 1, 2].map((offset) => [base + offset, cubic(Math.abs(t - offset))]);
}

function cubic(distance: number): number {
  const d = distance;
  if (d <= 1) return ((CUBIC_A + 2) * d - (CUBIC_A + 3)) * d * d + 1;
  if (d < 2) return ((CUBIC_A * d - 5 * CUBIC_A) * d + 8 * CUBIC_A) * d - 4 * CUBIC_A;
  return 0;
}
