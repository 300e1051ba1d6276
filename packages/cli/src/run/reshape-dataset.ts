import type { Rng } from '@mix/core';
import { type ImageDataset, longTail, noisyLabels } from '@mix/data';
import type { DataConfig } from '../config/config-schema.js';

/** Training images as the section `data` wants them: long-tailed, and with wrong labels. */
export function reshapeDataset(
  dataset: ImageDataset,
  { tail, tailFactor, labelNoise, noiseRate, noiseMap }: DataConfig,
  rng: Rng,
): ImageDataset {
  const shaped = tail === 'none' ? dataset : longTail(dataset, { factor: tailFactor, profile: tail, rng });
  if (labelNoise === 'none') return shaped;
  const size = dataset.classes.length;
  const next = (): number[] => Array.from({ length: size }, (_, own) => (own + 1) % size);
  const noise = labelNoise === 'asymmetric' ? (noiseMap ?? next()) : labelNoise;
  return noisyLabels(shaped, { rate: noiseRate, noise, rng });
}
