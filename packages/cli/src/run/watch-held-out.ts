import { createRng } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Training } from './create-training.js';

/**
 * Whether learned masks are of use on the first batch of test images, always with the same pairs and λ: what goes into an epoch's record as
 * `watched`. Nothing for a batch of one image, which has no partner.
 */
export async function watchHeldOut(
  { learned, test, prepare }: Pick<Training, 'learned' | 'test' | 'prepare'>,
  seed: number,
): Promise<Readonly<Record<string, number | string>>> {
  for await (const host of test.batches(0)) {
    if (learned === undefined || host.shape[0] < 2) return {};
    const batch = prepare(host);
    try {
      return { ...(await learned.watch(batch, createRng(seed).fork('watch'))) };
    } finally {
      tf.dispose({ ...batch });
    }
  }
  return {};
}
