import { checkChoice, checkInteger } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { batchNormSettings } from './internal/batch-norm-settings.js';
import type { Builder } from './internal/builder.js';
import { checkMap } from './internal/check-map.js';
import { convBatchNorm, withBatchNorm } from './internal/conv-batch-norm.js';
import { inSequence } from './internal/in-sequence.js';
import type { Layer } from './internal/layer.js';
import { createLinear } from './internal/linear.js';
import { ParameterStore } from './internal/parameter-store.js';
import { createSeparableConvolution } from './internal/separable-convolution.js';
import { stagedClassifier } from './internal/staged-classifier.js';
import { createXceptionBlock } from './internal/xception-block.js';
import type { Model } from './model.js';
import type { XceptionOptions } from './xception-options.js';

/**
 * Builds Xception: two convolutions, twelve blocks of separable convolutions and two more of these, under timm's names.
 *
 * @returns A model with four stages, of `block1`, `block2`, `block3` to `block11`, and the rest: 128, 256, 728 and 2048 channels
 *   at a quarter to a thirty-second of the size for the stem `'imagenet'`, and an embedding of 2048; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT` for an option out of its range.
 * @see Chollet 2017, https://arxiv.org/abs/1610.02357, Figure 5. The paper's dropout before the classifier is left out, as in
 *   timm's default.
 */
export function xception({
  numClasses,
  rng,
  inChannels = 3,
  frozenStages,
  stem,
  width = 32,
  batchNorm,
}: XceptionOptions): Model {
  checkInteger('xception', 'numClasses', numClasses, 1);
  checkInteger('xception', 'inChannels', inChannels, 1);
  checkInteger('xception', 'width', width, 1);
  checkChoice('xception', 'stem', stem, ['cifar', 'imagenet']);
  const store = new ParameterStore({ where: 'xception', stages: 4, frozenStages });
  const builder: Builder = { store, rng, batchNorm: batchNormSettings('xception', batchNorm) };
  const scaled = (channels: number): number => Math.max(1, Math.round((channels * width) / 32));
  const block = (index: number, from: number, ...to: number[]): Layer =>
    createXceptionBlock(builder, `block${index}`, {
      inChannels: scaled(from),
      channels: to.map(scaled),
      startsWithRelu: index > 1,
    });
  const last = (index: number, from: number, to: number): Layer => {
    const names = { depthwise: `conv${index}.conv1`, pointwise: `conv${index}.pointwise` };
    const outChannels = scaled(to);
    const sizes = { inChannels: scaled(from), outChannels, kernelSize: 3, draw: 'normal' } as const;
    const conv = createSeparableConvolution(builder, names, sizes);
    const tail = withBatchNorm(builder, conv, `bn${index}`, { channels: outChannels, relu: true });
    return (x, training) => tail(x, training);
  };
  const first = createStem(builder, stem, [inChannels, scaled(32), scaled(64)]);
  const middle = (): Layer[] => Array.from({ length: 8 }, (_, index) => block(4 + index, 728, 728, 728, 728));
  const stages = [
    () => block(1, 64, 128, 128),
    () => block(2, 128, 256, 256),
    () => inSequence([block(3, 256, 728, 728), ...middle()]),
    () => inSequence([block(12, 728, 728, 1024), last(3, 1024, 1536), last(4, 1536, 2048)]),
  ].map((make, index) => store.stage(index + 1, make));
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    stem: first,
    stages,
    head: createLinear(builder, 'fc', { inSize: scaled(2048), outSize: numClasses }),
    headName: 'fc',
  });
}

function createStem(
  builder: Builder,
  kind: 'cifar' | 'imagenet',
  [inChannels, middle, outChannels]: readonly [number, number, number],
): Layer {
  const pad = kind === 'cifar' ? 1 : 0;
  const smallest = kind === 'cifar' ? 1 : 3;
  const conv = (index: number, from: number, to: number, stride: number) =>
    convBatchNorm(
      builder,
      { conv: `conv${index}`, bn: `bn${index}` },
      { inChannels: from, outChannels: to, kernelSize: 3, stride, pad, relu: true },
    );
  const first = conv(1, inChannels, middle, kind === 'cifar' ? 1 : 2);
  const second = conv(2, middle, outChannels, 1);
  return (x, training) =>
    tf.tidy(() => {
      checkMap('conv1', x, smallest);
      const features = first(x, training);
      checkMap('conv2', features, smallest);
      return second(features, training);
    });
}
