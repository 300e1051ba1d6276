import {
  type Batch,
  type Classifier,
  disposeMixed,
  invalidArgument,
  type Mixer,
  type Plan,
  type Rng,
} from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { sourcesOf } from './automix-pass.js';
import { compareMasks } from './compare-masks.js';
import { type CollapseBounds, type MaskCollapse, maskCollapse } from './mask-collapse.js';
import { maskSlope } from './mask-slope.js';
import { maskStatistics } from './mask-statistics.js';
import type { Pairs } from './plan-pairs.js';

/** What a mixer by learned masks says of its mixes: pairs, or for every row the sources and the share of each. */
export type WatchedPlan = Plan &
  (
    | Pairs
    | {
        /** The rows that each row is mixed of. */
        readonly sources: readonly (readonly number[])[];
        /** The share of each. */
        readonly lam: readonly (readonly number[])[];
      }
  );

/** What {@link watchMasks} saw: a record that `fit({ watch })` of `@mix/train` takes. */
export type MaskWatch = {
  /** Loss of the judge on mixes by the learned masks. */
  readonly learned: number;
  /** The same on Mixup with the same λ. */
  readonly constant: number;
  /** The same on equal blends. */
  readonly equal: number;
  /** Mean share of the first image. */
  readonly mean: number;
  /** Mean λ of the first image. */
  readonly lam: number;
  /** Standard deviation over an image's pixels. */
  readonly spread: number;
  /** Entropy of a pixel's shares, 1 for an equal blend. */
  readonly entropy: number;
  /** How far an image's mean share follows its λ: 1 all the way. Absent where λ is the same in all rows. */
  readonly slope?: number;
  /** What masks are where they are of no use: without a shape, as all at first, or saturated. */
  readonly collapse?: MaskCollapse;
};

/**
 * Looks whether learned masks are of use, on a batch that training does not see: the losses of {@link compareMasks}, the statistics of the
 * masks, how they follow λ, and the name of their collapse. With an `rng` of the same seed it always mixes the same pairs.
 *
 * @param mixer `method.mixer({ lamPer: 'sample', lamMargin: 0 })` of AutoMix, SAMix or AdAutoMix, with `maskAdjust: 0` where the method
 *   rescales masks: λ of each row its own, so that there is a slope, and masks as drawn in all rows.
 * @param judge `method.network.heads(classifier).teacherMix`.
 * @param batch Held out; borrowed.
 * @returns Numbers, read back from the device.
 */
export async function watchMasks(
  mixer: Mixer<WatchedPlan>,
  judge: Classifier,
  batch: Batch,
  { rng, bounds }: { readonly rng: Rng; readonly bounds?: CollapseBounds },
): Promise<MaskWatch> {
  const { lam, ...seen } = look(mixer, judge, batch, rng);
  const [numbers, means] = await Promise.all([seen.numbers.data(), seen.means.data()]);
  tf.dispose(seen);
  const [learned, constant, equal, mean, spread, entropy] = numbers as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const own = lam.map((row) => row[0] as number);
  const asked = own.reduce((sum, share) => sum + share, 0) / own.length;
  const collapse = maskCollapse({ mean, spread, lam: asked }, bounds);
  return {
    ...{ learned, constant, equal, mean, lam: asked, spread, entropy },
    ...(own.some((share) => share !== own[0]) && { slope: maskSlope(own, [...means]) }),
    ...(collapse && { collapse }),
  };
}

function look(mixer: Mixer<WatchedPlan>, judge: Classifier, batch: Batch, rng: Rng) {
  const mixed = mixer(batch, { rng, masks: true });
  const { plan, masks } = mixed;
  try {
    if (masks === undefined) {
      throw invalidArgument('watchMasks', 'mixer', 'give masks when asked for them', masks);
    }
    const { sources, lam } =
      'partner' in plan ? { sources: sourcesOf(plan), lam: plan.lam.map((own) => [own, 1 - own]) } : plan;
    const { numbers, means } = tf.tidy(() => {
      const { learned, constant, equal } = compareMasks(judge, batch, { sources, lam, masks });
      const { mean, spread, entropy } = maskStatistics(masks);
      return {
        numbers: tf.stack([learned, constant, equal, mean, spread, entropy]),
        means: tf.mean(tf.slice(masks, 0, [-1, -1, -1, 1]), [1, 2, 3]),
      };
    });
    return { lam, numbers, means };
  } finally {
    disposeMixed(mixed);
  }
}
