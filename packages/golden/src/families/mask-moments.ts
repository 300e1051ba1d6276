import type { Rng } from '@mix/core';
import { planGmix, planHmix, planResizemix, planSmoothmix } from '@mix/handcrafted';
import { shareOutside } from './share-outside.js';

/** Draws `count` values of a named quantity of a mixer by masks; undefined for others. */
export function maskSampler(
  name: string,
  config: { readonly [key: string]: unknown },
  shape: readonly [number, number, number],
  rng: Rng,
): (() => number[]) | undefined {
  const [, height, width] = shape;
  const alpha = config['alpha'] as number;
  const ratio = config['r'] as number;
  const gmix = () => planGmix(shape, rng, { alpha, mode: 'elem' });
  const hmix = () => planHmix(shape, rng, { alpha, ratio, mode: 'elem' });
  if (name.startsWith('gmix_own_lambda')) return () => [...gmix().lam];
  if (name.startsWith('gmix_kernel_mean')) {
    return () => {
      const { drawn, lam } = gmix();
      return lam.map((own, row) => ((drawn[row] as number) < 0.5 ? own : 1 - own));
    };
  }
  if (name.startsWith('hmix_cut_area')) {
    return () => hmix().boxes.map((box) => 1 - shareOutside(box, [height, width]));
  }
  if (name.startsWith('hmix_mix_lambda')) {
    return () => {
      const { boxes, lam } = hmix();
      return boxes.map((box, row) => (lam[row] as number) / shareOutside(box, [height, width]));
    };
  }
  if (name.startsWith('resizemix_area')) {
    const scope = config['scope'] as [number, number];
    return () => planResizemix(shape, rng, { scope, mode: 'elem' }).lam.map((own) => 1 - own);
  }
  if (name.startsWith('smoothmix_kernel_mean')) {
    return () => planSmoothmix(shape, rng, { mode: 'elem' }).lam.map((own) => 1 - own);
  }
  return undefined;
}
