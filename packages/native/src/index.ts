export { fallbacks, resetFallbacks } from './internal/fallback-counts.js';
export { type NativeOptions, registerNative } from './register-native.js';
