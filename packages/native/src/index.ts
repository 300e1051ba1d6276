export { fallbacks, resetFallbacks } from './internal/fallback-counts.js';
export type { Isa } from './internal/load-addon.js';
export { type NativeOptions, type NativeReport, registerNative } from './register-native.js';
