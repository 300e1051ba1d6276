import type { Rng } from '@mix/core';
import {
  type Box,
  planCutout,
  planGridmask,
  planRandomErasing,
  planSoftCrop,
  softConfidence,
  softCropVisibility,
} from '@mix/handcrafted';

/** Draws `count` values of a named quantity of a deletion; undefined for others. */
export function deletionSampler(
  name: string,
  config: { readonly [key: string]: unknown },
  [count, height, width]: readonly [number, number, number],
  rng: Rng,
): (() => number[]) | undefined {
  const areaOf = (box?: Box): number =>
    box === undefined ? 0 : ((box[2] - box[0]) * (box[3] - box[1])) / (height * width);
  if (name.startsWith('cutout_area')) {
    const length = config['length'] as number;
    return () => planCutout([count, height, width], rng, { length }).boxes.map(([box]) => areaOf(box));
  }
  if (name.startsWith('gridmask_l_over_d')) {
    const ratio = config['ratio'] as number;
    return () =>
      planGridmask([count, height, width], rng, { ratio, prob: 1, ...gridmaskRecipe }).grids.map((grid) =>
        grid === null ? 1 : grid.stripe / grid.period,
      );
  }
  if (name.startsWith('softcrop_')) {
    const { sigma = 12, power = 2, num_classes: numClasses = 10 } = config as Record<string, number>;
    const soften = { numClasses, power };
    const visible = (): number[] =>
      planSoftCrop([count, height, width], rng, { sigma, soften }).offsets.map((offset) =>
        softCropVisibility(offset, [height, width]),
      );
    return name.startsWith('softcrop_p')
      ? () => visible().map((share) => softConfidence(share, soften))
      : visible;
  }
  if (!name.startsWith('random_erasing')) return undefined;
  const recipe = name.includes('official') ? officialErasing : {};
  const boxes = () => planRandomErasing([count, height, width], rng, { prob: 1, tries: 1, ...recipe }).boxes;
  return name.includes('first_accept')
    ? () => boxes().map((found) => found.length)
    : () => boxes().flatMap((found) => found.map(areaOf));
}

const gridmaskRecipe = { variant: 'canvas1.5', period: [2, 32] } as const;
const officialErasing = { area: [0.02, 0.4], aspect: [0.3, 1 / 0.3], aspectScale: 'linear' } as const;
