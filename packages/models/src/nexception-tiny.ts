import { nexception } from './internal/nexception.js';
import type { Model } from './model.js';
import type { NexceptionOptions } from './nexception-options.js';

/**
 * Builds NEXcepTion-T: Xception with a stem of patches, 5x5 separable convolutions, blocks that widen to three times their 512
 * channels in the middle, blur pooling, squeeze-and-excitation and fewer, smoother activations, under the names of the authors'
 * code.
 *
 * The sizes are those of that code (`hadarshavit/NEXcepTion`, `nexception_t.py`). The published weights were not at hand: that the
 * names are those of their file is taken from the code, and its blur pooling from timm of that time (reflected borders).
 *
 * @returns A model with four stages of 128, 256, 512 and 2048 channels, at a quarter to a thirty-second of the size, and an
 *   embedding of 2048; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Shavit et al. 2023, https://arxiv.org/abs/2212.08448
 */
export function nexceptionTiny(options: NexceptionOptions): Model {
  return nexception('nexceptionTiny', options, 512);
}
