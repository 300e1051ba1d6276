import type { PreactivationOptions } from './preactivation-options.js';

/** Options of the wide ResNets for small images. */
export interface WideResnetOptions extends PreactivationOptions {
  /** Channels of the first convolution; the stages have this once, twice and four times the widening factor. @defaultValue 16 */
  readonly width?: number;
}
