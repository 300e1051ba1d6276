import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { invalidArgument } from './errors.js';
import type { DenseWeights } from './guide.js';

/**
 * How much each place of a feature map says for a class: `map[b,y,x] = Σ_c features[b,y,x,c] · kernel[c,classes[b]]`, neither
 * rectified nor with the bias, which is the same everywhere. Its mean over a map that is averaged before the last layer is the
 * logit less the bias. SnapMix's semantic percentage map begins with it, of rectified features.
 *
 * @param features float32 `[B,h,w,C]`, the map before global pooling; borrowed.
 * @param weights The last layer, as `guide.classifierWeights()` gives it; borrowed.
 * @param classes int32 `[B]`; borrowed.
 * @returns float32 `[B,h,w]`, new. Differentiable by features and kernel.
 * @throws MixError `SHAPE` when the kernel does not take as many channels as the features have, or the rows differ.
 * @see Zhou et al. 2016, https://arxiv.org/abs/1512.04150, equation 2
 */
export function classActivationMap(
  features: Tensor4D,
  { kernel }: Pick<DenseWeights, 'kernel'>,
  classes: Tensor1D,
): Tensor3D {
  const [batch, height, width, channels] = features.shape;
  const [inputs, outputs] = kernel.shape;
  if (inputs !== channels) {
    throw invalidArgument('classActivationMap', 'weights.kernel', `be [${channels},classes]`, kernel.shape, {
      code: 'SHAPE',
      remedy: 'Where layers lie between the map and the last one, take Grad-CAM: gradCam of @mix/models',
    });
  }
  if (classes.rank !== 1 || classes.shape[0] !== batch) {
    throw invalidArgument('classActivationMap', 'classes', `be [${batch}]`, classes.shape, { code: 'SHAPE' });
  }
  return tf.tidy(() => {
    // A product with zeros and ones, since the gradient of a gather is missing on some backends.
    const oneHot = tf.cast(tf.oneHot(classes, outputs), 'float32') as tf.Tensor2D;
    const chosen = tf.matMul(oneHot, tf.transpose(kernel));
    const places = tf.reshape(features, [batch, height * width, channels]);
    return tf.reshape(tf.matMul(places, tf.reshape(chosen, [batch, channels, 1])), [batch, height, width]);
  });
}
