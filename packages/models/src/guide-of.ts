// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import type { Classifier } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { GuidedClassifier } from './guided-classifier.js';
import { numberOf } from './internal/check-forward.js';
import { inputGradientOf } from './internal/input-gradient.js';

/**
 * The probes that any classifier can have by what its `forward` gives: `inputGradient` and `features`. The models of this package
 * have better ones, `model.guide`: these run the whole network for the features of one stage, know no other map before pooling
 * than the last stage's, and in mode `'train'` save and restore the classifier's whole state.
 *
 * @param classifier Stays the caller's.
 */
export function guideOf(classifier: Classifier): GuidedClassifier['guide'] {
  const unchanged = <T>(run: () => T): T => {
    const state = classifier.state();
    const tensors = Object.values(state.tensors).map((tensor) => tf.keep(tensor));
    try {
      return run();
    } finally {
      classifier.restore(state);
      tf.dispose(tensors);
    }
  };
  return {
    inputGradient: inputGradientOf(
      (images, training) => classifier.forward(images, { training }).logits,
      unchanged,
    ),
    features: (images, stage, { training = false } = {}) =>
      tf.tidy(() => {
        const { stages } = classifier.forward(images, { training });
        const number = numberOf('Guide.features', 'stage', stage, stages.length);
        return stages[number - 1] as tf.Tensor4D;
      }),
  };
}
