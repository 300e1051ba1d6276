import type { Layout } from '@mix/core';
import { checkMixupPlan, type MixupPlan } from '../mixup.js';
import { pairLayout } from './pair-layout.js';

/**
 * The geometry of a plan of Mixup, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: both images whole, the own one
 * with share λ.
 */
export function layoutMixup(plan: MixupPlan): Layout {
  checkMixupPlan('layoutMixup', plan);
  const { partner, lam } = plan;
  return pairLayout(plan, partner, (row, whole) => ({
    from: whole,
    to: whole,
    opacity: 1 - (lam[row] as number),
  }));
}
