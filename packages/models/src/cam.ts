import { classActivationMap, type Guide, MixError } from '@mix/core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ActivationMapOptions } from './activation-map-options.js';
import { classesOf, finishMaps } from './internal/finish-maps.js';

/** What {@link cam} needs of a classifier: networks of stages have it, and layers models that end in pooling and a dense layer. */
export interface CamGuide {
  /** The probes; one that is missing is an error. */
  readonly guide: Pick<Guide, 'features' | 'forwardFrom' | 'classifierWeights'>;
}

/**
 * Class activation maps: the map before global pooling, its channels weighed by the last layer's weights of a class; neither
 * rectified nor with the bias. Where the last layer follows the pooling at once (ResNets, DenseNet, Swin), a map's mean is the logit
 * less the bias; where a normalisation lies between (ConvNeXt), the map leaves it out. One forward pass, in inference mode.
 *
 * @param model Networks without these probes or with hidden layers after the map (DeiT, VGG) have {@link gradCam}.
 * @param images float32 `[B,H,W,C]`, prepared as for `forward`; borrowed.
 * @returns float32 `[B,h,w]`, new: of the last map's size unless `size` is given.
 * @throws MixError `INVALID_ARGUMENT` for a class in a list that there is not, `MISSING_PROBE`, and `SHAPE` when the last layer does not
 *   take the map's channels.
 * @see Zhou et al. 2016, https://arxiv.org/abs/1512.04150
 */
export function cam(
  { guide }: CamGuide,
  images: Tensor4D,
  { classes, ...finish }: ActivationMapOptions = {},
): Tensor3D {
  const { features: featuresOf, forwardFrom, classifierWeights } = guide;
  if (featuresOf === undefined || forwardFrom === undefined || classifierWeights === undefined) {
    throw new MixError(
      'cam: model.guide must have features, forwardFrom and classifierWeights. Take gradCam, which needs none of them',
      { code: 'MISSING_PROBE', argument: 'model.guide', received: Object.keys(guide) },
    );
  }
  return tf.tidy(() => {
    const features = featuresOf(images, 'last');
    const chosen = classesOf('cam', classes, forwardFrom(features, 'last'));
    return finishMaps(classActivationMap(features, classifierWeights(), chosen), finish);
  });
}
