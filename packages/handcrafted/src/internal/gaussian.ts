/** A Gaussian bump over the pixels of an image: `exp(−decay·((i − row)² + (j − column)²))`. */
export interface Gaussian {
  /** `[row, column]` of the peak. */
  readonly centre: readonly [number, number];
  /** How fast it falls. */
  readonly decay: number;
}

type Size = readonly [height: number, width: number];

/** The bump's value in every pixel, row by row. */
export function gaussianValues([height, width]: Size, { centre, decay }: Gaussian): Float64Array {
  const rows = profile(height, centre[0], decay);
  const columns = profile(width, centre[1], decay);
  return Float64Array.from(
    { length: height * width },
    (_, pixel) => (rows[Math.floor(pixel / width)] as number) * (columns[pixel % width] as number),
  );
}

/** The bump's mean over the pixels. It is a product of its profiles, and so is its sum. */
export function gaussianMean([height, width]: Size, { centre, decay }: Gaussian): number {
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return (sum(profile(height, centre[0], decay)) * sum(profile(width, centre[1], decay))) / (height * width);
}

function profile(length: number, centre: number, decay: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => Math.exp(-decay * (index - centre) ** 2));
}
