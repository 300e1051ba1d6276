import type { Layout } from '@mix/core';
import { type HmixPlan, hmixMasks } from '../hmix.js';
import { maskLayout } from './pair-layout.js';

/**
 * The geometry of a plan of HMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: the partner alone shows in a box, both blend around it.
 */
export function layoutHmix(plan: HmixPlan): Layout {
  return maskLayout(plan, plan.partner, hmixMasks('layoutHmix', plan));
}
