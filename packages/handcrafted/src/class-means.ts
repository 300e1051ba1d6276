import { checkInteger, checkRange, invalidArgument } from '@mix/core';
import type { ClassMatrix } from './class-distance.js';

/** Class means before anything was seen: `1 − s + s/K` for the class itself, `s/K` for each other one. */
export function initialClassMeans(numClasses: number, smoothing = 0.1): ClassMatrix {
  checkInteger('initialClassMeans', 'numClasses', numClasses, 1);
  checkRange('initialClassMeans', 'smoothing', smoothing, 0, 1);
  const other = smoothing / numClasses;
  return Array.from({ length: numClasses }, (_, own) =>
    Array.from({ length: numClasses }, (_, k) => (k === own ? 1 - smoothing + other : other)),
  );
}

/**
 * Moves each class's mean prediction towards that of the samples of the class:
 * `momentum · mean + (1 − momentum) · mean of the samples`. Classes without a sample keep theirs.
 *
 * @param means `[K][K]`.
 * @param probabilities Predicted probabilities `[n,K]`, row-major.
 * @param classes Class of each of the n samples.
 * @param momentum In `[0,1]`: 0.9 suits batches; 0 takes the samples' means, for those of a whole epoch.
 * @returns New means.
 */
export function updateClassMeans(
  means: ClassMatrix,
  probabilities: ArrayLike<number>,
  classes: ArrayLike<number>,
  momentum = 0.9,
): ClassMatrix {
  const size = means.length;
  checkRange('updateClassMeans', 'momentum', momentum, 0, 1);
  if (probabilities.length !== classes.length * size) {
    const rule = `hold ${size} values for each of ${classes.length} samples`;
    throw invalidArgument('updateClassMeans', 'probabilities', rule, probabilities.length, { code: 'SHAPE' });
  }
  const sums = means.map((row) => row.map(() => 0));
  const counts = means.map(() => 0);
  for (let sample = 0; sample < classes.length; sample++) {
    const own = classes[sample] as number;
    const sum = sums[own];
    if (sum === undefined) {
      throw invalidArgument('updateClassMeans', 'classes', `be from 0 to ${size - 1}`, own);
    }
    counts[own] = (counts[own] as number) + 1;
    for (let k = 0; k < size; k++) sum[k] = (sum[k] as number) + (probabilities[sample * size + k] as number);
  }
  return means.map((row, own) => {
    const count = counts[own] as number;
    if (count === 0) return row;
    return row.map(
      (value, k) => momentum * value + (1 - momentum) * (((sums[own] as number[])[k] as number) / count),
    );
  });
}
