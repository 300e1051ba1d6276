export { applyRandAugment } from './apply-rand-augment.js';
export type { AugmentOptions, ResizedCropOptions } from './augment-options.js';
export type { Cifar10Options, Cifar100Options } from './cifar.js';
export { readCifar10, readCifar100 } from './cifar.js';
export type { ClassSamplerOptions, Sampler } from './class-sampler.js';
export { classProbabilities, classSampler, effectiveNumberWeights } from './class-sampler.js';
export type {
  Annotation,
  BytesSource,
  CorruptSource,
  FileSource,
  ImageDataset,
  ImageSource,
  PixelsSource,
  Sample,
} from './dataset.js';
export { classCounts, datasetLabels } from './dataset-labels.js';
export type { DrawnShapes, DrawnShapesOptions } from './drawn-shapes.js';
export { drawnShapes } from './drawn-shapes.js';
export { dualSource } from './dual-source.js';
export { openImageFolder } from './image-folder.js';
export type { Loader } from './loader.js';
export { createLoader } from './loader.js';
export type { CorruptPolicy, CorruptSample, LoaderOptions } from './loader-options.js';
export type { LongTailCountsOptions, LongTailOptions, LongTailProfile } from './long-tail.js';
export { longTail, longTailCounts } from './long-tail.js';
export type { NoisyDataset, NoisyLabelsOptions } from './noisy-labels.js';
export { noisyLabels } from './noisy-labels.js';
export type { RandAugmentOptions, RandAugmentPlan, RandAugmentPolicy } from './plan-rand-augment.js';
export { planRandAugment } from './plan-rand-augment.js';
export { subset } from './subset.js';
export type { TarShardsOptions } from './tar-shards.js';
export { openTarShards } from './tar-shards.js';
