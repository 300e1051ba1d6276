import { type Batch, createRng } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';

/** A batch of noise images `[size,height,width,channels]` with classes `0..classes-1` in turn. */
export function tinyBatch({
  size = 4,
  height = 6,
  width = 8,
  channels = 3,
  classes = 3,
  seed = 1,
} = {}): Batch {
  const rng = createRng(seed);
  const pixels = Float32Array.from({ length: size * height * width * channels }, () => rng.uniform(-1, 1));
  const labels = Int32Array.from({ length: size }, (_, row) => row % classes);
  return {
    images: tf.tensor4d(pixels, [size, height, width, channels]),
    labels: tf.tensor1d(labels, 'int32'),
  };
}
