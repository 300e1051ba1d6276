/** A complex array as two real ones. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * The real image `[height,width]` of a half spectrum, in doubles, for any size. Not divided by `height·width`. As in numpy's `irfft2`, the
 * spectrum's columns of horizontal frequency 0 and, for an even width, width/2 count with their real part after the vertical
 * transform.
 *
 * @param spectrum `[height, ⌊width/2⌋ + 1]`, row by row; overwritten.
 */
export function inverseRealDft(spectrum: Complex, [height, width]: readonly [number, number]): Float64Array {
  const half = Math.floor(width / 2) + 1;
  const tall = inverseDft(spectrum, height, half);
  // Two real rows are transformed as one complex row, the second one as its imaginary part.
  const pairs = Math.ceil(height / 2);
  const rows = { re: new Float64Array(width * pairs), im: new Float64Array(width * pairs) };
  for (let pair = 0; pair < pairs; pair++) {
    const second = 2 * pair + 1 < height;
    for (let column = 0; column < half; column++) {
      const first = 2 * pair * half + column;
      const mirrored = (width - column) % width;
      const whole = mirrored === column;
      const a = tall.re[first] as number;
      const b = whole ? 0 : (tall.im[first] as number);
      const c = second ? (tall.re[first + half] as number) : 0;
      const d = second && !whole ? (tall.im[first + half] as number) : 0;
      rows.re[column * pairs + pair] = a - d;
      rows.im[column * pairs + pair] = b + c;
      rows.re[mirrored * pairs + pair] = a + d;
      rows.im[mirrored * pairs + pair] = c - b;
    }
  }
  const wide = inverseDft(rows, width, pairs);
  const image = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    const part = row % 2 === 0 ? wide.re : wide.im;
    for (let column = 0; column < width; column++) {
      image[row * width + column] = part[column * pairs + (row >> 1)] as number;
    }
  }
  return image;
}

/**
 * `out[k] = Σ_j x[j]·e^{2πijk/length}` along the first axis of `[length, count]`, by Stockham's algorithm with a pass for each
 * prime factor: the inner loops run over contiguous numbers, and nothing is put in order afterwards.
 */
function inverseDft(x: Complex, length: number, count: number): Complex {
  let from = x;
  let to: Complex = { re: new Float64Array(length * count), im: new Float64Array(length * count) };
  let rest = length;
  let stride = count;
  for (const radix of primeFactors(length)) {
    pass(from, to, rest, stride, radix);
    [from, to] = [to, from];
    rest /= radix;
    stride *= radix;
  }
  return from;
}

function pass(from: Complex, to: Complex, length: number, stride: number, radix: number): void {
  const step = length / radix;
  for (let p = 0; p < step; p++) {
    for (let k = 0; k < radix; k++) {
      const target = stride * (radix * p + k);
      for (let j = 0; j < radix; j++) {
        // The turn j·k/radix of the butterfly and p·k/length of the twiddle, reduced to one turn while still whole numbers.
        const angle = (2 * Math.PI * ((k * (j * step + p)) % length)) / length;
        addTurned(from, stride * (p + step * j), to, target, stride, Math.cos(angle), Math.sin(angle), j > 0);
      }
    }
  }
}

function addTurned(
  from: Complex,
  source: number,
  to: Complex,
  target: number,
  count: number,
  cos: number,
  sin: number,
  add: boolean,
): void {
  const { re, im } = from;
  const { re: sumRe, im: sumIm } = to;
  for (let index = 0; index < count; index++) {
    const a = re[source + index] as number;
    const b = im[source + index] as number;
    const x = a * cos - b * sin;
    const y = a * sin + b * cos;
    sumRe[target + index] = add ? (sumRe[target + index] as number) + x : x;
    sumIm[target + index] = add ? (sumIm[target + index] as number) + y : y;
  }
}

function primeFactors(length: number): number[] {
  const factors: number[] = [];
  let rest = length;
  for (let factor = 2; rest > 1; factor++) {
    while (rest % factor === 0) {
      factors.push(factor);
      rest /= factor;
    }
  }
  return factors;
}
