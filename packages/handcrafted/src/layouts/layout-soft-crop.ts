import type { Layout } from '@mix/core';
import { checkSoftCropPlan, type SoftCropPlan } from '../soft-crop.js';

/**
 * The geometry of a plan of a soft crop, for `replayLabelMaps`, `replayBoxes` and `replayKeypoints`: the image moved by its offset,
 * and nothing where the window looks past it.
 */
export function layoutSoftCrop(plan: SoftCropPlan): Layout {
  checkSoftCropPlan('layoutSoftCrop', plan);
  const { offsets, shape } = plan;
  const [, height, width] = shape;
  const rows = offsets.map(([down, across], source) => {
    const [top, left] = [Math.max(down, 0), Math.max(across, 0)];
    const [bottom, right] = [Math.min(height, height + down), Math.min(width, width + across)];
    const from = [top, left, bottom, right] as const;
    const to = [top - down, left - across, bottom - down, right - across] as const;
    return [{ source, from, to }];
  });
  return { size: [height, width], rows };
}
