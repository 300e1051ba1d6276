export { cosineToSources } from './cosine-to-sources.js';
export type { CosineSign, GeneratorLossOptions } from './generator-loss.js';
export { generatorLoss } from './generator-loss.js';
export type { GeneratedMasks, MaskGenerator, MaskGeneratorOptions, MaskRequest } from './mask-generator.js';
export { createMaskGenerator } from './mask-generator.js';
export type { AdautomixDraws, AdautomixPlan, BranchPlan } from './plan-adautomix.js';
export { planAdautomix } from './plan-adautomix.js';
export type { AdautomixCompat } from './uses-constant-mask.js';
export { usesConstantMask } from './uses-constant-mask.js';
