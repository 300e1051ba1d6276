import type { Classifier } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { MixupHead } from './mixup-head.js';

/** The four ways to classify. */
export interface Heads {
  /** The student's own head, trained on clean images. */
  readonly student: Classifier;
  /** The student with its mixup head. */
  readonly studentMix: Classifier;
  /** The teacher's own head. */
  readonly teacher: Classifier;
  /** The teacher with its mixup head. */
  readonly teacherMix: Classifier;
}

/** Classifiers that share the weights of student and teacher. */
export function headsOf(student: Classifier, own: MixupHead, teacher: Classifier, slow: MixupHead): Heads {
  return { student, studentMix: withHead(student, own), teacher, teacherMix: withHead(teacher, slow) };
}

function withHead(classifier: Classifier, head: MixupHead): Classifier {
  const { numClasses, variables } = classifier;
  return {
    numClasses,
    variables,
    forward: (images, options) =>
      tf.tidy(() => {
        const output = classifier.forward(images, options);
        return { ...output, logits: head.logits(output.embedding) };
      }),
    state: () => classifier.state(),
    restore: (state) => classifier.restore(state),
  };
}
