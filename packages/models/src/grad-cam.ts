// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import { type Classifier, type ClassifierOutput, MixError, variableGradients } from '@mix/core';
import type { Scalar, Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ActivationMapOptions } from './activation-map-options.js';
import { numberOf } from './internal/check-forward.js';
import { classesOf, finishMaps } from './internal/finish-maps.js';
import { onOwnTape } from './internal/own-tape.js';

/** Options of {@link gradCam}. */
export interface GradCamOptions extends ActivationMapOptions {
  /**
   * Stage whose output is weighed, from 1. For a transformer with a class token it must be before the last: after that, nothing
   * looks at the patches. @defaultValue the last stage; of a transformer with a class token, the one before
   */
  readonly stage?: number | 'last';
  /** Set what speaks against the class to 0. @defaultValue true */
  readonly rectify?: boolean;
}

/**
 * Grad-CAM: where a classifier sees a class. The channels of a stage are weighed by the mean over the map of the logit's gradient:
 * `map = relu(Σ_c features_c · mean_yx ∂logit / ∂features_c)`. In inference mode; of any `Classifier`, since it needs no more
 * than `intercept`. Two forward passes and a backward pass from the stage on; it may be called while a gradient is taken, and stays
 * out of it.
 *
 * @param classifier Stays as it was.
 * @param images float32 `[B,H,W,C]`, prepared as for `forward`; borrowed.
 * @returns float32 `[B,h,w]`, new: of the stage's size unless `size` is given.
 * @throws MixError `INVALID_ARGUMENT` for a stage, or a class in a list, that there is not, `UNSUPPORTED` for a stage whose map does not
 *   matter.
 * @example
 * ```ts
 * const maps = gradCam(model, images, { size: [32, 32], normalize: true });
 * ```
 * @see Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391, equations 1 and 2
 */
export function gradCam(
  classifier: Classifier,
  images: Tensor4D,
  { stage, classes, rectify = true, ...finish }: GradCamOptions = {},
): Tensor3D {
  return onOwnTape(() =>
    tf.tidy(() => {
      const output = classifier.forward(images, { training: false });
      const number = stageOf(output, stage);
      const features = output.stages[number - 1] as Tensor4D;
      const classOf = classesOf('gradCam', classes, output.logits);
      const chosen = tf.cast(tf.oneHot(classOf, classifier.numClasses), 'float32');
      const score = (replaced: Tensor4D): Scalar => {
        // Transformers show their class token after the map.
        let shown = false;
        const apply = (x: Tensor4D): Tensor4D => {
          const map = shown ? x : replaced;
          shown = true;
          return map;
        };
        const { logits } = classifier.forward(images, {
          training: false,
          intercept: { stage: number, apply },
        });
        return tf.sum(tf.mul(logits, chosen));
      };
      const weights = tf.mean(gradientOf(score, features), [1, 2], true);
      const maps = tf.sum(tf.mul(features, weights), 3);
      return finishMaps((rectify ? tf.relu(maps) : maps) as Tensor3D, finish);
    }),
  );
}

// By a variable, for the sake of `variableGradients`, which frees as it goes.
function gradientOf(score: (features: Tensor4D) => Scalar, features: Tensor4D): Tensor4D {
  const variable = tf.variable(features as Tensor);
  try {
    const { grads } = variableGradients(() => score(variable as Tensor as Tensor4D), [variable]);
    return grads[variable.name] as Tensor4D;
  } finally {
    variable.dispose();
  }
}

function stageOf({ stages, attention }: ClassifierOutput, asked: number | 'last' | undefined): number {
  const count = stages.length;
  if (attention === undefined) return numberOf('gradCam', 'stage', asked ?? 'last', count);
  const number = numberOf('gradCam', 'stage', asked ?? Math.max(1, count - 1), count);
  if (number < count) return number;
  throw new MixError(
    `gradCam: stage must be before the last of a transformer with a class token; got ${number} of ${count}. ` +
      'After its last stage nothing looks at the patches',
    { code: 'UNSUPPORTED', argument: 'stage', received: asked },
  );
}
