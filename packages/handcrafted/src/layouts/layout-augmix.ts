import { type Layout, layoutOf, MixError } from '@mix/core';
import { type AugmixPlan, checkAugmixPlan } from '../augmix.js';
import type { AugmixOp } from '../augmix-operation.js';

const movements: readonly AugmixOp[] = ['rotate', 'shearX', 'shearY', 'translateX', 'translateY'];

/**
 * The geometry of a plan of AugMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: images stay where they are. Refuses plans
 * whose chains move them, since a mix of differently moved copies shows everything at several places.
 *
 * @throws MixError `UNSUPPORTED` for a plan that turns, shears or shifts images: draw it without those, with `ops: ['autocontrast',
 *   'equalize', 'posterize', 'solarize']`.
 */
export function layoutAugmix(plan: AugmixPlan): Layout {
  checkAugmixPlan('layoutAugmix', plan);
  const moving = plan.rows.flatMap(({ chains }) => chains.flat()).find(({ op }) => movements.includes(op));
  if (moving !== undefined) {
    throw new MixError(
      `layoutAugmix: a chain with '${moving.op}' moves the image, so that the mix of all chains shows things at several places. To let annotations follow, draw plans without movements: augmix({ ops: ['autocontrast', 'equalize', 'posterize', 'solarize'] })`,
      { code: 'UNSUPPORTED', argument: 'plan.rows', received: moving },
    );
  }
  return layoutOf('layoutAugmix', { method: 'identity', shape: plan.shape }, {});
}
