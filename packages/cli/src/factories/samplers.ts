import { classSampler, datasetLabels, type ImageDataset, type Sampler } from '@mix/data';

const exponents = { balanced: 1, 'square-root': 0.5, reversed: 2 } as const;

/** Ways to draw training images other than shuffling them: classes alike, by the root of their size, rare ones most. */
export type SamplerName = keyof typeof exponents;

/** Every {@link SamplerName}. */
export const samplerNames = Object.keys(exponents) as [SamplerName, ...SamplerName[]];

/** Makes the sampler of a data set. */
export function createSampler(name: SamplerName, dataset: ImageDataset): Sampler {
  return classSampler(datasetLabels(dataset), { exponent: exponents[name] });
}
