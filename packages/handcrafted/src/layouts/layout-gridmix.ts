import type { Layout } from '@mix/core';
import { type GridmixPlan, gridmixMasks } from '../gridmix.js';
import { maskLayout } from './pair-layout.js';

/**
 * The geometry of a plan of GridMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: the partner shows in holes or cells.
 */
export function layoutGridmix(plan: GridmixPlan): Layout {
  return maskLayout(plan, plan.partner, gridmixMasks('layoutGridmix', plan));
}
