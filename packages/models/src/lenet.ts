import { checkChoice, checkInteger, invalidArgument } from '@mix/core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createConvolution } from './internal/convolution.js';
import { flattenAsTorch } from './internal/flatten-as-torch.js';
import type { Layer } from './internal/layer.js';
import { createLinear } from './internal/linear.js';
import { ParameterStore } from './internal/parameter-store.js';
import { stagedClassifier } from './internal/staged-classifier.js';
import type { Model } from './model.js';
import type { ModelOptions } from './model-options.js';

/** Options of {@link lenet}. */
export interface LenetOptions extends ModelOptions {
  /** Channels of the images. @defaultValue 1 */
  readonly inChannels?: number;
  /** Height and width of the images, or both in one, at least 12; the first linear layer fixes them. @defaultValue 28 */
  readonly imageSize?: number | readonly [number, number];
  /** What follows every layer but the last. @defaultValue 'relu' */
  readonly activation?: 'relu' | 'tanh';
  /** How 2x2 pixels become one. @defaultValue 'max' */
  readonly pooling?: 'max' | 'average';
}

/**
 * Builds LeNet-5 as it is taught: two 5x5 convolutions, to 6 channels with two zeros on every side and to 16 without, each
 * with an activation and 2x2 pooling, then linear layers of 120, 84 and the classes; 61,706 parameters for ten classes of
 * 28x28 grey images. Parameters are named `conv1`, `conv2`, `fc1`, `fc2`, `fc3`.
 *
 * With `activation: 'tanh'` and `pooling: 'average'` it is nearest to the paper's, which differs in that the second
 * convolution leaves some connections out, pooling has a trained scale and offset, tanh is scaled, and the last layer is a
 * radial basis function.
 *
 * @returns A model with two stages, at half and a quarter of the size, and an embedding of 84; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see LeCun et al. 1998, https://doi.org/10.1109/5.726791, section II.B
 */
export function lenet({
  numClasses,
  rng,
  inChannels = 1,
  frozenStages,
  imageSize = 28,
  activation = 'relu',
  pooling = 'max',
}: LenetOptions): Model {
  checkInteger('lenet', 'numClasses', numClasses, 1);
  checkInteger('lenet', 'inChannels', inChannels, 1);
  checkChoice('lenet', 'activation', activation, ['relu', 'tanh']);
  checkChoice('lenet', 'pooling', pooling, ['max', 'average']);
  const size = typeof imageSize === 'number' ? ([imageSize, imageSize] as const) : imageSize;
  if (!size.every((side) => Number.isSafeInteger(side) && side >= SMALLEST)) {
    throw invalidArgument('lenet', 'imageSize', `be integers of at least ${SMALLEST}`, imageSize);
  }
  const store = new ParameterStore({ where: 'lenet', stages: 2, frozenStages });
  const builder = { store, rng };
  const activate = <T extends tf.Tensor>(x: T): T => (activation === 'relu' ? tf.relu(x) : tf.tanh(x));
  const pool = pooling === 'max' ? tf.maxPool : tf.avgPool;
  const stage = (name: string, from: number, outChannels: number, pad: number): Layer => {
    const sizes = { inChannels: from, outChannels, kernelSize: 5, pad, bias: true };
    const conv = createConvolution(builder, name, sizes);
    return (x) => tf.tidy(() => pool<Tensor4D>(activate(conv.apply(x)), 2, 2, 'valid'));
  };
  const stages = [
    store.stage(1, () => stage('conv1', inChannels, 6, 2)),
    store.stage(2, () => stage('conv2', 6, 16, 0)),
  ];
  const pixels = size.map((side) => Math.floor((Math.floor(side / 2) - 4) / 2));
  const inSize = 16 * (pixels[0] as number) * (pixels[1] as number);
  const wide = createLinear(builder, 'fc1', { inSize, outSize: 120 });
  const narrow = createLinear(builder, 'fc2', { inSize: 120, outSize: 84 });
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    imageSize: size,
    stem: (x) => x,
    stages,
    embed: (features): Tensor2D => activate(narrow(activate(wide(flattenAsTorch(features))))),
    head: createLinear(builder, 'fc3', { inSize: 84, outSize: numClasses }),
    headName: 'fc3',
  });
}

// Leaves one pixel to the second pooling.
const SMALLEST = 12;
