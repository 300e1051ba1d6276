import { type Complex, inverseRealDft } from './internal/inverse-real-dft.js';

/**
 * Which frequencies FMix's noise has: `halfplane`, all of them, as the paper's formula has it; `published`, those that
 * its code really uses (an index slip): horizontal frequencies 0 and 1, vertical ones from 0 to ⌊W/2⌋.
 */
export type FmixSpectrum = 'halfplane' | 'published';

/** What makes the grey image of FMix. */
export interface FmixGreyOptions {
  /** Frequencies fall as `1/f^decay`. */
  readonly decay: number;
  /** Which frequencies there are. */
  readonly spectrum: FmixSpectrum;
}

type Size = readonly [height: number, width: number];

/** How many numbers the noise of a size has: `[H, ⌊W/2⌋ + 1, 2]`, of the published spectrum the first two rows. */
export function fmixNoiseLength(
  [height, width]: readonly [height: number, width: number],
  spectrum: FmixSpectrum,
): number {
  const rows = spectrum === 'published' ? Math.min(height, 2) : height;
  return rows * frequencies(width, spectrum) * 2;
}

/**
 * Prepares the low-pass filter of a size, which turns noise into a grey image: the inverse Fourier transform of the noise divided
 * by `max(f, 1/max(H,W))^decay`. In doubles.
 *
 * @returns A function of {@link fmixNoiseLength} numbers of normal noise `[..., 2]`, the last axis real and imaginary part, or of the
 * published spectrum horizontal frequency 0 and 1. It gives `[H,W]` row by row, from 0 to 1; all 0 where it is constant.
 */
export function fmixGrey(
  size: readonly [height: number, width: number],
  { decay, spectrum }: FmixGreyOptions,
): (noise: ArrayLike<number>) => Float64Array {
  const filter = spectrum === 'published' ? publishedFilter(size, decay) : halfplaneFilter(size, decay);
  return (noise) => stretch(inverseRealDft(filter(noise), size));
}

// To the range from 0 to 1, in place.
function stretch(grey: Float64Array): Float64Array {
  let least = Infinity;
  let most = -Infinity;
  for (let pixel = 0; pixel < grey.length; pixel++) {
    const value = grey[pixel] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const range = most - least;
  for (let pixel = 0; pixel < grey.length; pixel++) {
    grey[pixel] = range > 0 ? ((grey[pixel] as number) - least) / range : 0;
  }
  return grey;
}

type Filter = (noise: ArrayLike<number>) => Complex;

function halfplaneFilter(size: Size, decay: number): Filter {
  const [height, width] = size;
  const half = frequencies(width, 'halfplane');
  const scale = scaleOf(size, decay);
  const scales = Float64Array.from({ length: height * half }, (_, index) =>
    scale(Math.floor(index / half), index % half),
  );
  return (noise) => {
    const re = new Float64Array(height * half);
    const im = new Float64Array(height * half);
    for (let index = 0; index < scales.length; index++) {
      re[index] = (noise[2 * index] as number) * (scales[index] as number);
      im[index] = (noise[2 * index + 1] as number) * (scales[index] as number);
    }
    return { re, im };
  };
}

// Rows 0 and 1 of the noise stand for real and imaginary part, its columns for rows of the spectrum.
function publishedFilter(size: Size, decay: number): Filter {
  const [height, width] = size;
  const half = Math.floor(width / 2) + 1;
  const listed = frequencies(width, 'published');
  const scale = scaleOf(size, decay);
  return (noise) => {
    const re = new Float64Array(height * half);
    const im = new Float64Array(height * half);
    for (let row = 0; row < Math.min(listed, height); row++) {
      for (let column = 0; column < Math.min(2, half); column++) {
        const index = row * half + column;
        re[index] = (noise[2 * row + column] as number) * scale(0, row);
        im[index] = height > 1 ? (noise[2 * (listed + row) + column] as number) * scale(1, row) : 0;
      }
    }
    return { re, im };
  };
}

// The published list of horizontal frequencies has one more entry, a negative one, for an odd width.
function frequencies(width: number, spectrum: FmixSpectrum): number {
  const extra = spectrum === 'published' && width % 2 === 1 ? 2 : 1;
  return Math.min(Math.floor(width / 2) + extra, width);
}

function scaleOf([height, width]: Size, decay: number): (row: number, column: number) => number {
  const least = 1 / Math.max(height, width);
  const frequency = (index: number, length: number): number => Math.min(index, length - index) / length;
  return (row, column) => {
    const f = Math.hypot(frequency(row, height), frequency(column, width));
    return Math.max(f, least) ** -decay;
  };
}
