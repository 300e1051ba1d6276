/** A part of one side of an image. */
interface Window {
  readonly start: number;
  /** At most the side. */
  readonly length: number;
  readonly mode: 'bilinear' | 'bicubic';
  /** Back to front. */
  readonly mirrored: boolean;
}

/**
 * The matrix `[side,side]` that takes one side of an image to the part of it that a window shows, enlarged to the whole side: PIL's weights,
 * with half-pixel centres, those beyond the window left out and the rest summing to 1.
 */
export function windowMatrix(side: number, { start, length, mode, mirrored }: Window): Float32Array {
  const matrix = new Float32Array(side * side);
  const [reach, weightAt] = mode === 'bilinear' ? ([1, linear] as const) : ([2, cubic] as const);
  for (let index = 0; index < side; index++) {
    const centre = ((index + 0.5) * length) / side;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const last = Math.min(length, Math.trunc(centre + reach + 0.5));
    const weights = Array.from({ length: last - first }, (_, tap) => weightAt(first + tap - centre + 0.5));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const row = (mirrored ? side - 1 - index : index) * side;
    for (const [tap, weight] of weights.entries()) matrix[row + start + first + tap] = weight / sum;
  }
  return matrix;
}

function linear(x: number): number {
  return Math.max(0, 1 - Math.abs(x));
}

// a = −½.
function cubic(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  return distance < 2 ? ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 : 0;
}
