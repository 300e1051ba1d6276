import type { Layout } from '@mix/core';
import { quadrants } from '../internal/quadrants.js';
import { checkRicapPlan, type RicapPlan } from '../ricap.js';

/**
 * The geometry of a plan of RICAP, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: a crop of each of four images in its
 * quadrant.
 */
export function layoutRicap(plan: RicapPlan): Layout {
  checkRicapPlan('layoutRicap', plan);
  const { quads, points, corners, shape } = plan;
  const size = [shape[1], shape[2]] as const;
  const rows = quads.map((quad, row) => {
    const crops = corners[row] as RicapPlan['corners'][number];
    return quadrants(size, points[row] as RicapPlan['points'][number]).map((to, quadrant) => {
      const [y1, x1, y2, x2] = to;
      const [top, left] = crops[quadrant] as RicapPlan['points'][number];
      const from = [top, left, top + y2 - y1, left + x2 - x1] as const;
      return { source: quad[quadrant] as number, from, to };
    });
  });
  return { size, rows };
}
