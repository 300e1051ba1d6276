import type { Layout } from '@mix/core';
import { type CutoutPlan, keptByCutout } from '../cutout.js';
import { deletionLayout } from './deletion-layout.js';

/**
 * The geometry of a plan of Cutout, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: what is deleted shows nothing.
 */
export function layoutCutout(plan: CutoutPlan): Layout {
  return deletionLayout(plan, keptByCutout('layoutCutout', plan));
}
