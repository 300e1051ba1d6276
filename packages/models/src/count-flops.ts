import { type Classifier, checkInteger } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { multiplyAdds } from './internal/multiply-adds.js';

/** Options of {@link countFlops}. */
export interface CountFlopsOptions {
  /** Channels of the images. @defaultValue 3 */
  readonly inChannels?: number;
}

/**
 * Counts the multiply-adds of a classifier's forward pass on one image, which is what papers and model tables call its FLOPs: one
 * for each product of a convolution, a linear layer or an attention, whatever algorithm computes it. Normalisations, activations,
 * additions, pooling and interpolation count nothing. A training step takes about three times as many.
 *
 * Runs the model once, in inference, and observes the kernels: convolutions (plain, in groups, depthwise, transposed), matrix
 * products and mix's fused attention. An `einsum` is not seen.
 *
 * @param imageSize Height and width of the image, or both in one.
 * @returns The number of multiply-adds.
 * @throws MixError `INVALID_ARGUMENT` when a size is not an integer of at least 1; what the model throws for an image of this size.
 */
export async function countFlops(
  model: Classifier,
  imageSize: number | readonly [height: number, width: number],
  { inChannels = 3 }: CountFlopsOptions = {},
): Promise<number> {
  const [height, width] = typeof imageSize === 'number' ? ([imageSize, imageSize] as const) : imageSize;
  checkInteger('countFlops', 'imageSize', height, 1);
  checkInteger('countFlops', 'imageSize', width, 1);
  checkInteger('countFlops', 'inChannels', inChannels, 1);
  const failures: unknown[] = [];
  const profile = await tf.profile(() => {
    const images = tf.zeros<tf.Rank.R4>([1, height, width, inChannels]);
    try {
      const { logits, embedding, stages, attention } = model.forward(images, { training: false });
      tf.dispose([logits, embedding, stages, attention ?? []]);
    } catch (error) {
      // Thrown from here it would leave tfjs profiling for ever.
      failures.push(error);
    }
    images.dispose();
  });
  if (failures.length > 0) throw failures[0];
  return profile.kernels.reduce((sum, kernel) => sum + multiplyAdds(kernel), 0);
}
