import type { Layout } from '@mix/core';
import { type SmoothmixPlan, smoothmixMasks } from '../smoothmix.js';
import { maskLayout } from './pair-layout.js';

/**
 * The geometry of a plan of SmoothMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: the partner fades in through a bump.
 */
export function layoutSmoothmix(plan: SmoothmixPlan): Layout {
  return maskLayout(plan, plan.partner, smoothmixMasks('layoutSmoothmix', plan));
}
