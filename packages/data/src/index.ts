export type { Cifar10Options, Cifar100Options } from './cifar.js';
export { readCifar10, readCifar100 } from './cifar.js';
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
export type { DrawnShapes, DrawnShapesOptions } from './drawn-shapes.js';
export { drawnShapes } from './drawn-shapes.js';
export { openImageFolder } from './image-folder.js';
export type { Loader } from './loader.js';
export { createLoader } from './loader.js';
export type { CorruptPolicy, CorruptSample, LoaderOptions } from './loader-options.js';
export type { TarShardsOptions } from './tar-shards.js';
export { openTarShards } from './tar-shards.js';
