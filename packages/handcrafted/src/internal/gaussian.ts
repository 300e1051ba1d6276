/** A Gaussian bump over the pixels of an image: `exp(−decay·((i − row)² + (j − column)²))`. */
export interface Gaussian {
  /** `[row, column]` of the peak. */
  readonly centre: readonly [number, number];
  /** How fast it falls. */
  readonly decay: number;
}

type Size = readonly [height: number, width: number];

/** A mask, row by row: the bump itself, or 1 minus it where the bump weights the partner. */
export function gaussianMask(
  [height, width]: Size,
  bump: Gaussian,
  weights: 'own' | 'partner',
): Float32Array {
  const rows = profile(height, bump.centre[0], bump.decay);
  const columns = profile(width, bump.centre[1], bump.decay);
  const mask = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = rows[y] as number;
    for (let x = 0; x < width; x++) {
      const value = row * (columns[x] as number);
      mask[y * width + x] = weights === 'own' ? value : 1 - value;
    }
  }
  return mask;
}

/** The bump's mean over the pixels. It is a product of its profiles, and so is its sum. */
export function gaussianMean([height, width]: Size, { centre, decay }: Gaussian): number {
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return (sum(profile(height, centre[0], decay)) * sum(profile(width, centre[1], decay))) / (height * width);
}

function profile(length: number, centre: number, decay: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => Math.exp(-decay * (index - centre) ** 2));
}
