// What generators of masks are made of; for packages that have one of their own, as @mix/adautomix.
export { attend, attentionWeights } from './attend.js';
export type { BlockNorm } from './block-norm.js';
export { createBlockNorm } from './block-norm.js';
export { BlockWeights } from './block-weights.js';
export { checkSameDesign } from './check-same-design.js';
export { createOrDispose } from './create-or-dispose.js';
export type { Designed, DesignFormat } from './design-file.js';
export { loadDesigned, saveDesigned } from './design-file.js';
export { prefixed, within } from './prefixed-state.js';
export type { ClassifierShapes } from './probe-classifier.js';
export { checkSameStage, probeClassifier, stageOf } from './probe-classifier.js';
export { takeRows } from './take-rows.js';
