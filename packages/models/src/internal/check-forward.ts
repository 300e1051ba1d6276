import { checkInteger, type Intercept, invalidArgument } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';

/** What a model can take. */
export interface ForwardLimits {
  readonly inChannels: number;
  /** Height and width, where they are fixed. */
  readonly imageSize?: readonly [number, number];
  /** Number of stages. */
  readonly stages: number;
}

/** Throws unless a model can run on these images, with this intercept. */
export function checkForward(
  images: Tensor4D,
  intercept: Intercept | undefined,
  { inChannels, imageSize, stages }: ForwardLimits,
): void {
  const [height, width] = imageSize ?? images.shape.slice(1);
  const fits = String(images.shape.slice(1)) === String([height, width, inChannels]);
  if (images.rank !== 4 || !fits) {
    const wanted = `[B,${imageSize ?? 'H,W'},${inChannels}]`;
    throw invalidArgument('Classifier.forward', 'images', `be ${wanted}`, images.shape, { code: 'SHAPE' });
  }
  if (images.dtype !== 'float32') {
    throw invalidArgument('Classifier.forward', 'images', 'be float32', images.dtype, {
      code: 'DTYPE',
      remedy: "Cast them first: tf.cast(images, 'float32')",
    });
  }
  if (intercept !== undefined) checkStage(intercept.stage, stages);
}

function checkStage(stage: number, count: number): void {
  checkInteger('Classifier.forward', 'intercept.stage', stage);
  if (stage <= count) return;
  throw invalidArgument(
    'Classifier.forward',
    'intercept.stage',
    `be from 0 (the input) to ${count} (the last stage)`,
    stage,
  );
}
