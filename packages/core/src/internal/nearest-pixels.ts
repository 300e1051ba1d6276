/** For each of `to` pixels in a row the one of `from` that it shows, from `start` on. Whole numbers: a quotient would be off by one. */
export function nearestPixels(start: number, from: number, to: number): Int32Array {
  return Int32Array.from({ length: to }, (_, index) => start + Math.floor((index * from) / to));
}
