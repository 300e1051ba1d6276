import * as tf from '@tensorflow/tfjs-core';
import type { Builder } from './builder.js';
import { convBatchNorm } from './conv-batch-norm.js';
import type { Layer } from './layer.js';
import { paddedIdentity } from './padded-identity.js';

/** What joins the input of a block to its output where their shapes differ. */
export type Shortcut = 'identity' | 'projection';

/** Sizes of a {@link basicBlock}. */
export interface BasicBlockOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  readonly shortcut: Shortcut;
  readonly zeroInitResidual: boolean;
}

/**
 * Two 3x3 convolutions and a shortcut: `relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))`.
 *
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385, Figure 5 left
 */
export function basicBlock(builder: Builder, name: string, options: BasicBlockOptions): Layer {
  const { inChannels, outChannels, stride, zeroInitResidual } = options;
  const first = convBatchNorm(
    builder,
    { conv: `${name}.conv1`, bn: `${name}.bn1` },
    { inChannels, outChannels, kernelSize: 3, stride, relu: true },
  );
  const second = convBatchNorm(
    builder,
    { conv: `${name}.conv2`, bn: `${name}.bn2` },
    {
      inChannels: outChannels,
      outChannels,
      kernelSize: 3,
      relu: true,
      initialScale: zeroInitResidual ? 0 : 1,
    },
  );
  const join = shortcutOf(builder, name, options);
  return (x, training) => tf.tidy(() => second(first(x, training), training, join(x, training)));
}

function shortcutOf(
  builder: Builder,
  name: string,
  { inChannels, outChannels, stride, shortcut }: BasicBlockOptions,
): Layer {
  if (stride === 1 && inChannels === outChannels) return (x) => x;
  if (shortcut === 'identity') return paddedIdentity(outChannels, stride);
  const project = convBatchNorm(
    builder,
    { conv: `${name}.downsample.0`, bn: `${name}.downsample.1` },
    { inChannels, outChannels, kernelSize: 1, stride, relu: false },
  );
  return (x, training) => project(x, training);
}
