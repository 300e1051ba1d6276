import type { DeitOptions } from './deit-options.js';
import { visionTransformer } from './internal/vision-transformer.js';
import type { Model } from './model.js';

/**
 * Builds DeiT-Base without distillation: {@link deitTiny} of width 768 with 12 heads, with the same stages, intercepts and
 * `attention`.
 *
 * @returns A model with an embedding of 768, the normalised class token; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Touvron et al. 2021, https://arxiv.org/abs/2012.12877, Table 1
 */
export function deitBase(options: DeitOptions): Model {
  return visionTransformer('deitBase', { ...options, width: 768, depth: 12, heads: 12 });
}
