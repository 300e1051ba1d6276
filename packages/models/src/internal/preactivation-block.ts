import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createBatchNormRelu } from './batch-norm-relu.js';
import type { BranchDrop } from './branch-drops.js';
import type { Builder } from './builder.js';
import { createConvolution } from './convolution.js';
import type { Dropout } from './dropout.js';
import type { Layer } from './layer.js';

/** Sizes of one block, and what acts on it in training. */
export interface PreactivationBlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  /** What the 1x1 convolution is called that joins input and output where their shapes differ. */
  readonly shortcutName: string;
  /** Between the convolutions. */
  readonly dropout: Dropout;
  /** Acts on the branch in training, before it joins the shortcut. */
  readonly drop: BranchDrop | undefined;
}

/**
 * Two 3x3 convolutions, each after a normalisation and a ReLU, and a shortcut: with `a = relu(bn1(x))`,
 * `conv2(dropout(relu(bn2(conv1(a))))) + x`, or `+ conv(a)` where the shape changes.
 *
 * @see He et al. 2016, https://arxiv.org/abs/1603.05027, Figure 4e; dropout: Zagoruyko & Komodakis 2016,
 *   https://arxiv.org/abs/1605.07146, section 2.4
 */
export function createPreactivationBlock(
  builder: Builder,
  name: string,
  { inChannels, outChannels, stride, shortcutName, dropout, drop }: PreactivationBlockOptions,
): Layer {
  const before = createBatchNormRelu(builder, `${name}.bn1`, inChannels);
  const conv = (part: string, from: number, kernelSize: number, step: number) =>
    createConvolution(builder, `${name}.${part}`, {
      inChannels: from,
      outChannels,
      kernelSize,
      stride: step,
    });
  const first = conv('conv1', inChannels, 3, stride);
  const between = createBatchNormRelu(builder, `${name}.bn2`, outChannels);
  const second = conv('conv2', outChannels, 3, 1);
  const changes = stride !== 1 || inChannels !== outChannels;
  const project = changes ? conv(shortcutName, inChannels, 1, stride) : undefined;
  return (x, training) =>
    tf.tidy(() => {
      const active = before(x, training);
      const middle = dropout.apply(between(first.apply(active), training), training);
      const branch = second.apply(middle);
      const around = project === undefined ? x : project.apply(active);
      return tf.add(training && drop !== undefined ? drop(branch) : branch, around) as Tensor4D;
    });
}
