export type { Annotation, ImageDataset, ImageSource, Sample } from './dataset.js';
export type { DrawnShapes, DrawnShapesOptions } from './drawn-shapes.js';
export { drawnShapes } from './drawn-shapes.js';
export type { Loader } from './loader.js';
export { createLoader } from './loader.js';
export type { CorruptPolicy, CorruptSample, LoaderOptions } from './loader-options.js';
