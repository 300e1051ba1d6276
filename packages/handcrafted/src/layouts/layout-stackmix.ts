import type { Layout } from '@mix/core';
import { checkStackmixPlan, type StackmixPlan } from '../stackmix.js';

/**
 * The geometry of a plan of StackMix, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: the own image above or to the
 * left of its partner, in an image of twice the size.
 */
export function layoutStackmix(plan: StackmixPlan): Layout {
  checkStackmixPlan('layoutStackmix', plan);
  const { partner, axis, shape } = plan;
  const [, height, width] = shape;
  const whole = [0, 0, height, width] as const;
  const tall = axis === 'height';
  const beyond = tall ? ([height, 0, 2 * height, width] as const) : ([0, width, height, 2 * width] as const);
  return {
    size: tall ? [2 * height, width] : [height, 2 * width],
    rows: partner.map((source, row) => [
      { source: row, from: whole, to: whole },
      { source, from: whole, to: beyond },
    ]),
  };
}
