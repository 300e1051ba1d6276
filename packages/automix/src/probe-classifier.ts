import { type Classifier, type ClassifierOutput, checkInteger, invalidArgument, type State } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** What {@link probeClassifier} finds. */
export interface ClassifierShapes {
  /** Width of the embedding. */
  readonly embeddingSize: number;
  /** `[h,w,C]` of each stage. */
  readonly stages: readonly (readonly [height: number, width: number, channels: number])[];
}

/**
 * The sizes of a classifier's stages and embedding, by running it on one black image in inference mode.
 *
 * @param where Name of the public function, for errors.
 * @throws MixError `INVALID_ARGUMENT` when it is no classifier, or does not take images of that shape.
 */
export function probeClassifier(
  where: string,
  classifier: Classifier,
  imageShape: readonly [height: number, width: number, channels: number],
): ClassifierShapes {
  checkIsClassifier(where, 'classifier', classifier);
  if (imageShape?.length !== 3 || ![...imageShape].every(isSize)) {
    throw invalidArgument(where, 'imageShape', 'be [height, width, channels]', imageShape);
  }
  const images: Tensor4D = tf.zeros([1, ...imageShape]);
  let output: ClassifierOutput;
  try {
    output = classifier.forward(images, { training: false });
  } catch (error) {
    const rule = `be what the classifier takes (${(error as Error).message})`;
    throw invalidArgument(where, 'imageShape', rule, imageShape);
  } finally {
    images.dispose();
  }
  tf.dispose(output);
  return {
    embeddingSize: output.embedding.shape[1],
    stages: output.stages.map(({ shape: [, height, width, channels] }) => [height, width, channels]),
  };
}

/** Throws unless it has what a classifier has. */
export function checkIsClassifier(where: string, name: string, value: Partial<Classifier>): void {
  const isOne = typeof value?.forward === 'function' && typeof value.state === 'function';
  if (!isOne) throw invalidArgument(where, name, 'be a Classifier', typeof value);
}

function isSize(side: number): boolean {
  return Number.isSafeInteger(side) && side > 0;
}

/** A stage counted from 1, by default the last but one (the last, if there is only one). */
export function stageOf(where: string, stage: number | undefined, count: number): number {
  if (count === 0) throw invalidArgument(where, 'classifier', 'give stages', 'none');
  const chosen = stage ?? Math.max(count - 1, 1);
  checkInteger(where, 'stage', chosen, 1);
  if (chosen > count) {
    throw invalidArgument(where, 'stage', `be one of the classifier's ${count} stages`, chosen);
  }
  return chosen;
}

/** Throws `STATE_MISMATCH` where a state says that it was saved from a method that looks at another stage. */
export function checkSameStage(where: string, { stage }: State['values'], own: number): void {
  if (stage === undefined || stage === own) return;
  throw invalidArgument(where, 'state', `be of stage ${own}`, stage, {
    code: 'STATE_MISMATCH',
    remedy: 'Make the method with the options that the state was saved from',
  });
}
