import { checkInteger, invalidArgument } from '@mix/core';

/** What {@link confidentSamples} gives. */
export interface ConfidentSamples {
  /** The samples whose label is what the model predicts, in order: for `subset` of `@mix/data`. */
  readonly rows: readonly number[];
  /** A weight for each class, for `classWeighted`: the mean number of confident samples of a class over its own; 0 for absent ones. */
  readonly classWeights: readonly number[];
}

/**
 * Chooses the samples that a model trained on wrong labels agrees with, and class weights against their imbalance:
 * `w_c = mean(n_k : n_k > 0)/n_c`. What PADDLES trains on in the end, chosen anew each epoch.
 *
 * @param predictions The model's class of each sample.
 * @param labels The given label of each sample.
 * @param numClasses Number of classes.
 * @throws MixError `BATCH_SIZE` when the lengths differ, `INVALID_ARGUMENT` for a label that is no class.
 * @see Huang et al. 2023, https://arxiv.org/abs/2212.03462
 */
export function confidentSamples(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  numClasses: number,
): ConfidentSamples {
  checkInteger('confidentSamples', 'numClasses', numClasses, 1);
  if (predictions.length !== labels.length) {
    const rule = `have ${labels.length} entries, as labels`;
    throw invalidArgument('confidentSamples', 'predictions', rule, predictions.length, {
      code: 'BATCH_SIZE',
    });
  }
  const counts = new Array<number>(numClasses).fill(0);
  const rows: number[] = [];
  Array.from(labels).forEach((label, row) => {
    if (!(Number.isInteger(label) && label >= 0 && label < numClasses)) {
      throw invalidArgument('confidentSamples', 'labels', `be classes from 0 to ${numClasses - 1}`, label);
    }
    if (predictions[row] !== label) return;
    rows.push(row);
    counts[label] = (counts[label] as number) + 1;
  });
  const present = counts.filter((count) => count > 0).length;
  const mean = rows.length / present;
  return { rows, classWeights: counts.map((count) => (count > 0 ? mean / count : 0)) };
}
