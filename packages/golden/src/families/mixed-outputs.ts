import { denseTargets, type MixedBatch } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareExactly } from '../check.js';
import type { GoldenCase } from '../golden-case.js';

/** Compares images (exactly, if asked), labels and masks of a mixed batch with a case's outputs, as far as it has them. */
export async function compareMixed(
  golden: GoldenCase,
  mixed: MixedBatch,
  { exact = false, prefix = '' }: { readonly exact?: boolean; readonly prefix?: string } = {},
): Promise<Check[]> {
  const numClasses = golden.config['num_classes'] as number;
  const checks = [await (exact ? compareExactly : compare)(golden, `outputs.${prefix}x`, mixed.images)];
  if (golden.tensors.has(`outputs.${prefix}y`)) {
    checks.push(await compare(golden, `outputs.${prefix}y`, denseTargets(mixed.targets, numClasses)));
  }
  // A mask of one row stands for all; the family compares that.
  if (golden.tensors.get('outputs.partner_mask')?.shape.length === 4 && mixed.masks !== undefined) {
    const partner = tf.slice(mixed.masks, [0, 0, 0, 1], [-1, -1, -1, 1]);
    checks.push(await compareExactly(golden, 'outputs.partner_mask', partner));
  }
  return checks;
}
