import { checkAlive, checkInteger, type Intercept, invalidArgument } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ParameterStore } from './parameter-store.js';

/** What images a model can take. */
export interface ImageLimits {
  readonly inChannels: number;
  /** Height and width, where they are fixed. */
  readonly imageSize?: readonly [number, number];
  /** What the model owns, if anything. */
  readonly store?: ParameterStore;
}

/** Throws unless a model can run on these images, with this intercept. */
export function checkForward(
  images: Tensor4D,
  intercept: Intercept | undefined,
  limits: ImageLimits & { readonly stages: number },
): void {
  checkImages('Classifier.forward', images, limits);
  if (intercept === undefined) return;
  const { stage } = intercept;
  checkInteger('Classifier.forward', 'intercept.stage', stage);
  if (stage <= limits.stages) return;
  const rule = `be from 0 (the input) to ${limits.stages} (the last stage)`;
  throw invalidArgument('Classifier.forward', 'intercept.stage', rule, stage);
}

/** Throws unless a model can run on these images. */
export function checkImages(
  where: string,
  images: Tensor4D,
  { inChannels, imageSize, store }: ImageLimits,
): void {
  const [height, width] = imageSize ?? images.shape.slice(1);
  const fits = String(images.shape.slice(1)) === String([height, width, inChannels]);
  if (images.rank !== 4 || !fits) {
    const wanted = `[B,${imageSize ?? 'H,W'},${inChannels}]`;
    throw invalidArgument(where, 'images', `be ${wanted}`, images.shape, { code: 'SHAPE' });
  }
  if (images.dtype !== 'float32') {
    throw invalidArgument(where, 'images', 'be float32', images.dtype, {
      code: 'DTYPE',
      remedy: "Cast them first: tf.cast(images, 'float32')",
    });
  }
  checkAlive(where, 'images', images);
  store?.checkAlive(where);
}

/** The number of a stage or layer that a probe is asked for, from 1. */
export function numberOf(where: string, argument: string, chosen: number | 'last', count: number): number {
  if (chosen === 'last') return count;
  if (Number.isInteger(chosen) && chosen >= 1 && chosen <= count) return chosen;
  throw invalidArgument(where, argument, `be from 1 to ${count}, or 'last'`, chosen);
}
