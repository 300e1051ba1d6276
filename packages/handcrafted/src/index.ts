export type { CutmixOptions, CutmixPlan } from './cutmix.js';
export { applyCutmix, cutmix, planCutmix } from './cutmix.js';
export type { Box } from './cutmix-box.js';
export { cutmixBox } from './cutmix-box.js';
export type { MixupOptions, MixupPlan } from './mixup.js';
export { applyMixup, mixup, planMixup } from './mixup.js';
export type { MixMode, PairOptions } from './mode.js';
export type { Pairing } from './pairing.js';
export { derange, permute, reverse, roll } from './pairing.js';
