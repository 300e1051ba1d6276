import type { Box, Layout } from '@mix/core';
import { checkResizemixPlan, type ResizemixPlan } from '../resizemix.js';
import { pairLayout } from './pair-layout.js';

/**
 * The geometry of a plan of ResizeMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: the whole partner lies in a box
 * on the own image.
 */
export function layoutResizemix(plan: ResizemixPlan): Layout {
  checkResizemixPlan('layoutResizemix', plan);
  const { partner, boxes, interpolation } = plan;
  return pairLayout(plan, partner, (row, whole) => ({
    from: whole,
    to: boxes[row] as Box,
    sampling: interpolation === 'nearest' ? 'corner' : 'centre',
  }));
}
