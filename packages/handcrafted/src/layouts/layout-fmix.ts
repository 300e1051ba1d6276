import type { Layout } from '@mix/core';
import { type FmixPlan, fmixMasks } from '../fmix.js';
import { maskLayout } from './pair-layout.js';

/**
 * The geometry of a plan of FMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: the partner shows where the mask is dark.
 */
export function layoutFmix(plan: FmixPlan): Layout {
  return maskLayout(plan, plan.partner, fmixMasks('layoutFmix', plan));
}
