import { selectRanked } from './select-ranked.js';

/**
 * A mask by rank: the brightest `count` pixels are 1, the others 0; or, with soft edges, the `2·soft` pixels around that border
 * fall linearly from 1 to 0. Among equal values the later pixel is the brighter one. The sum is `count` either way.
 *
 * @param soft At most `count` and the number of the other pixels.
 */
export function rankMask(grey: Float64Array, count: number, soft: number): Float32Array {
  const total = grey.length;
  const values = grey.slice();
  const byRank = (rank: number): number =>
    selectRanked(values, total - 1 - Math.min(Math.max(rank, 0), total - 1));
  const first = count - soft;
  const last = count + soft - 1;
  const [high, low] = [byRank(first), byRank(last)];
  const mask = new Float32Array(total);
  const between: number[] = [];
  let rank = 0;
  for (let pixel = total - 1; pixel >= 0; pixel--) {
    const value = grey[pixel] as number;
    if (value > high) {
      mask[pixel] = 1;
      rank++;
    } else if (value >= low) {
      between.push(pixel);
    }
  }
  // Stable: equal values stay in descending order of pixels.
  between.sort((a, b) => (grey[b] as number) - (grey[a] as number));
  for (const pixel of between) {
    mask[pixel] = rank < first ? 1 : rank > last ? 0 : 1 - (rank - first) / (2 * soft - 1);
    rank++;
  }
  return mask;
}
