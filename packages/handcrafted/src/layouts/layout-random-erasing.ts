import type { Layout } from '@mix/core';
import { keptByRandomErasing, type RandomErasingPlan } from '../random-erasing.js';
import { deletionLayout } from './deletion-layout.js';

/**
 * The geometry of a plan of Random Erasing, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: what is deleted shows nothing.
 */
export function layoutRandomErasing(plan: RandomErasingPlan): Layout {
  return deletionLayout(plan, keptByRandomErasing('layoutRandomErasing', plan));
}
