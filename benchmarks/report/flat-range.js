/**
 * Where the achieved rate is flat: the longest run of neighbouring points around the best one that reach `share` of it.
 *
 * @param points `{ value, rate }` in the order of growth.
 * @returns The first and the last value of the run, and the best rate.
 */
export function flatRange(points, share = 0.9) {
  const best = points.reduce((most, point, index) => (point.rate > points[most].rate ? index : most), 0);
  const reaches = (index) => points[index] !== undefined && points[index].rate >= share * points[best].rate;
  let [first, last] = [best, best];
  while (reaches(first - 1)) first--;
  while (reaches(last + 1)) last++;
  return { from: points[first].value, to: points[last].value, best: points[best].rate };
}
