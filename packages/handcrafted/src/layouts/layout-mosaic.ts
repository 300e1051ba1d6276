import type { Layout } from '@mix/core';
import { quadrants } from '../internal/quadrants.js';
import { checkMosaicPlan, type MosaicPlan } from '../mosaic.js';

/**
 * The geometry of a plan of Mosaic, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: four whole images, each shrunk to
 * its quadrant.
 */
export function layoutMosaic(plan: MosaicPlan): Layout {
  checkMosaicPlan('layoutMosaic', plan);
  const [, height, width] = plan.shape;
  const from = [0, 0, height, width] as const;
  const tiles = quadrants([height, width], plan.point);
  const rows = plan.quads.map((quad) =>
    tiles.map((to, quadrant) => ({ source: quad[quadrant] as number, from, to })),
  );
  return { size: [height, width], rows };
}
