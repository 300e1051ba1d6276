import type { MixedBatch } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import type { GoldenCase } from '../golden-case.js';

/** Compares one source's mask of the first row, which all rows share, with a tensor `[H,W]` of the case. */
export async function compareMask(
  golden: GoldenCase,
  name: string,
  { masks }: MixedBatch,
  source: 0 | 1,
): Promise<Check> {
  return compare(golden, name, tf.slice(masks as tf.Tensor4D, [0, 0, 0, source], [1, -1, -1, 1]));
}
