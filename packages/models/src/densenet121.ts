import type { DensenetOptions } from './densenet-options.js';
import { densenet } from './internal/densenet.js';
import type { Model } from './model.js';

/**
 * Builds torchvision's DenseNet-121: four blocks of 6, 12, 24 and 16 layers, each of which adds `growthRate` channels to all
 * before it, with transitions to half the channels and size between them, under torchvision's names.
 *
 * The stages are the four blocks, before the transition that follows; the embedding is the last one's, normalised, after a ReLU
 * and pooled. Training keeps two maps of all channels so far for every layer, as plain implementations do: about 140 MB for an
 * image of 224x224, weights aside.
 *
 * @returns A model with four stages of 256, 512, 1024 and 1024 channels and an embedding of 1024 for the growth rate of 32; the
 *   caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Huang et al. 2017, https://arxiv.org/abs/1608.06993, Table 1
 */
export function densenet121(options: DensenetOptions): Model {
  return densenet('densenet121', options, [6, 12, 24, 16]);
}
