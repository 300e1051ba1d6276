import type { Box, Layout } from '@mix/core';
import { type CutmixPlan, checkCutmixPlan } from '../cutmix.js';
import { pairLayout } from './pair-layout.js';

/**
 * The geometry of a plan of CutMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: the partner's box lies on the own
 * image, at the same place.
 */
export function layoutCutmix(plan: CutmixPlan): Layout {
  checkCutmixPlan('layoutCutmix', plan);
  const { partner, boxes } = plan;
  return pairLayout(plan, partner, (row) => ({ from: boxes[row] as Box, to: boxes[row] as Box }));
}
