import type { Layout } from '@mix/core';
import { type GmixPlan, gmixMasks } from '../gmix.js';
import { maskLayout } from './pair-layout.js';

/**
 * The geometry of a plan of GMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: one image shows through a bump, the other around it.
 */
export function layoutGmix(plan: GmixPlan): Layout {
  return maskLayout(plan, plan.partner, gmixMasks('layoutGmix', plan));
}
