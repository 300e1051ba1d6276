import type { Layout } from '@mix/core';
import { type GridmaskPlan, keptByGridmask } from '../gridmask.js';
import { deletionLayout } from './deletion-layout.js';

/**
 * The geometry of a plan of GridMask, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: what is deleted shows nothing.
 */
export function layoutGridmask(plan: GridmaskPlan): Layout {
  return deletionLayout(plan, keptByGridmask('layoutGridmask', plan));
}
