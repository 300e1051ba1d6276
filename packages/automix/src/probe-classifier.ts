import { type Classifier, checkInteger, invalidArgument } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What {@link probeClassifier} finds. */
export interface ClassifierShapes {
  /** Width of the embedding. */
  readonly embeddingSize: number;
  /** `[h,w,C]` of each stage. */
  readonly stages: readonly (readonly [height: number, width: number, channels: number])[];
}

/** The sizes of a classifier's stages and embedding, by running it on one black image in inference mode. */
export function probeClassifier(
  classifier: Classifier,
  imageShape: readonly [height: number, width: number, channels: number],
): ClassifierShapes {
  const images: Tensor4D = tf.zeros([1, ...imageShape]);
  const output = classifier.forward(images, { training: false });
  tf.dispose([images, output]);
  return {
    embeddingSize: output.embedding.shape[1],
    stages: output.stages.map(({ shape: [, height, width, channels] }) => [height, width, channels]),
  };
}

/** A stage counted from 1, by default the last but one (the last, if there is only one). */
export function stageOf(where: string, stage: number | undefined, count: number): number {
  const chosen = stage ?? Math.max(count - 1, 1);
  checkInteger(where, 'stage', chosen, 1);
  if (chosen > count) {
    throw invalidArgument(where, 'stage', `be one of the classifier's ${count} stages`, chosen);
  }
  return chosen;
}
