import { watchMasks } from '@mix/automix';
import { createRng } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The losses of `watchMasks` on pairs of every batch of a loader, λ drawn anew for each batch.
 *
 * @param mixers `mixer` with masks as they are drawn and, if there is one, `adjusted` with masks that are rescaled to have λ as mean.
 * @returns For each, `pairs`, the mean losses `learned`, `constant` and `equal`, and `error`: the standard error, by batches, of how far the
 *   learned mask is below the better of the other two.
 */
export async function judgeMasks({ mixer, adjusted }, judge, loader, prepare) {
  const mixers = Object.entries({ mixer, ...(adjusted && { adjusted }) });
  const seen = Object.fromEntries(mixers.map(([name]) => [name, []]));
  let pairs = 0;
  for await (const host of loader.batches(0)) {
    const batch = prepare(host);
    for (const [name, mix] of mixers) {
      seen[name].push(await watchMasks(mix, judge, batch, { rng: createRng(pairs) }));
    }
    pairs += batch.labels.shape[0];
    tf.dispose([batch.images, batch.labels]);
  }
  return Object.fromEntries(mixers.map(([name]) => [name, { pairs, ...summary(seen[name]) }]));
}

function summary(seen) {
  const mean = (of) => seen.reduce((sum, one) => sum + of(one), 0) / seen.length;
  const [learned, constant, equal] = ['learned', 'constant', 'equal'].map((name) => mean((one) => one[name]));
  const rival = constant < equal ? 'constant' : 'equal';
  const gain = (one) => one[rival] - one.learned;
  const average = mean(gain);
  const variance = (mean((one) => (gain(one) - average) ** 2) * seen.length) / (seen.length - 1);
  return { learned, constant, equal, error: Math.sqrt(variance / seen.length) };
}
