import { invalidArgument } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';

/** Throws where the images are so small that the layer `name` gets a map of less than `least` x `least`. */
export function checkMap(name: string, { shape: [, height, width] }: Tensor4D, least: number): void {
  if (height >= least && width >= least) return;
  throw invalidArgument(
    'Classifier.forward',
    'images',
    `leave ${name} a map of at least ${least}x${least}`,
    `${height}x${width}`,
    { code: 'SHAPE', remedy: 'Use larger images' },
  );
}
