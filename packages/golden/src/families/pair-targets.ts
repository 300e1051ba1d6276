import type { Targets } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type GoldenCase, values } from '../golden-case.js';

/** Sparse targets from one label list a source, and the weights of each row. */
export function targetsOf(
  golden: GoldenCase,
  labels: readonly string[],
  weights: readonly (readonly number[])[],
): Targets {
  const lists = labels.map((name) => values(golden, name));
  const classes = weights.map((_, row) => lists.map((list) => list[row] as number));
  const shape: [number, number] = [weights.length, labels.length];
  return {
    kind: 'sparse',
    classes: tf.tensor2d(classes.flat(), shape, 'int32'),
    weights: tf.tensor2d(weights.flat() as number[], shape, 'float32'),
  };
}
