import { compareMasks, maskStatistics } from '@mix/automix';
import { createRng } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Looks at the masks that a mixer makes of a held-out batch, always of the same pairs and λ: the judge's loss on mixes by them, on
 * Mixup with the same λ and on equal blends, and the masks' own statistics.
 *
 * @param mixer A trained generator's.
 * @param judge The teacher with its mixup head.
 * @param batch Held out; borrowed.
 */
export function watchMasks(mixer, judge, batch) {
  const numbers = tf.tidy(() => {
    const { masks, plan } = mixer(batch, { rng: createRng(0), masks: true });
    const sources = plan.sources ?? plan.partner.map((other, row) => [row, other]);
    const lam = plan.sources ? plan.lam : plan.lam.map((own) => [own, 1 - own]);
    return { ...compareMasks(judge, batch, { sources, lam, masks }), ...maskStatistics(masks) };
  });
  return Object.fromEntries(
    Object.entries(numbers).map(([name, scalar]) => {
      const [value] = scalar.dataSync();
      scalar.dispose();
      return [name, Number(value.toPrecision(5))];
    }),
  );
}
