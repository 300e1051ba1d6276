import type { DeitOptions } from './deit-options.js';
import { visionTransformer } from './internal/vision-transformer.js';
import type { Model } from './model.js';

/**
 * Builds DeiT-Tiny without distillation: twelve transformer blocks of width 192 with three heads over the image's patches
 * and a class token, under timm's names and with its initial weights.
 *
 * Its four stages are the patch tokens after every third block, as maps `[B,h,w,192]` without the class token. An
 * intercept of a stage is applied to that map and then to the class token, as a map of one position `[B,1,1,192]`, so that
 * both are mixed alike. `forward` also gives the last block's `attention`, `[B,3,1 + h·w,1 + h·w]`, the class token first.
 *
 * @returns A model with an embedding of 192, the normalised class token; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @example
 * ```ts
 * const model = deitTiny({ numClasses: 10, imageSize: 32, patchSize: 4, rng: createRng(0) });
 * const { logits, embedding, stages, attention } = model.forward(images, { training: false });
 * tf.dispose([logits, embedding, ...stages, attention ?? []]);
 * ```
 * @see Touvron et al. 2021, https://arxiv.org/abs/2012.12877, Table 1
 */
export function deitTiny(options: DeitOptions): Model {
  return visionTransformer('deitTiny', { ...options, width: 192, depth: 12, heads: 3 });
}
