import type { Layout } from '@mix/core';
import { type HideAndSeekPlan, keptByHideAndSeek } from '../hide-and-seek.js';
import { deletionLayout } from './deletion-layout.js';

/**
 * The geometry of a plan of Hide-and-Seek, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: what is deleted shows nothing.
 */
export function layoutHideAndSeek(plan: HideAndSeekPlan): Layout {
  return deletionLayout(plan, keptByHideAndSeek('layoutHideAndSeek', plan));
}
