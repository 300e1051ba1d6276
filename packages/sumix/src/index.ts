export type { SumixHead } from './internal/create-head.js';
export { mixRatio } from './mix-ratio.js';
export type { SumixCompat, SumixPreset, SumixSettings } from './settings.js';
export { sumixPresets } from './settings.js';
export type { Sumix, SumixOptions } from './sumix.js';
export { sumix } from './sumix.js';
export type { SourceTerms, SumixInputs, SumixTerms, SumixTermsOptions } from './sumix-terms.js';
export { sumixTerms } from './sumix-terms.js';
export { uncertainty } from './uncertainty.js';
