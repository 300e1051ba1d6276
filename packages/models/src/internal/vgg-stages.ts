import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchNormOptions } from '../batch-norm-options.js';
import type { WeightBuilder } from './builder.js';
import { checkMap } from './check-map.js';
import { convBatchNorm } from './conv-batch-norm.js';
import { type ConvolutionOptions, createConvolution } from './convolution.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';

/** Convolutions of each of the five stages. */
export type VggDepths = readonly [number, number, number, number, number];

/** Sizes of {@link createVggStages}. */
export interface VggStagesOptions {
  readonly inChannels: number;
  /** Channels of the first stage; each later one has twice as many, up to eight times. */
  readonly width: number;
  readonly depths: VggDepths;
  /** None without normalisation. */
  readonly batchNorm: Required<BatchNormOptions> | undefined;
}

/** Rows of 3x3 convolutions, each row ending with 2x2 max-pooling; named by their places in PyTorch's `features`. */
export function createVggStages(
  builder: WeightBuilder,
  { inChannels, width, depths, batchNorm }: VggStagesOptions,
): { stages: Layer[]; outChannels: number } {
  let channels = inChannels;
  // Normalisations, activations and poolings have numbers too.
  let place = 0;
  const makeStage = (depth: number, stage: number): Layer => {
    const layers = Array.from({ length: depth }, () => {
      const outChannels = width * 2 ** Math.min(stage, 3);
      const layer = createLayer(builder, batchNorm, place, { inChannels: channels, outChannels });
      channels = outChannels;
      place += batchNorm === undefined ? 2 : 3;
      return layer;
    });
    return inSequence([...layers, halve(`features.${place++}`)]);
  };
  const stages = depths.map((depth, stage) => builder.store.stage(stage + 1, () => makeStage(depth, stage)));
  return { stages, outChannels: channels };
}

function createLayer(
  builder: WeightBuilder,
  batchNorm: Required<BatchNormOptions> | undefined,
  place: number,
  channels: Pick<ConvolutionOptions, 'inChannels' | 'outChannels'>,
): Layer {
  const sizes = { ...channels, kernelSize: 3, bias: true };
  const names = { conv: `features.${place}`, bn: `features.${place + 1}` };
  if (batchNorm === undefined) {
    const conv = createConvolution(builder, names.conv, sizes);
    return (x) => tf.tidy(() => tf.relu(conv.apply(x)));
  }
  const conv = convBatchNorm({ ...builder, batchNorm }, names, { ...sizes, relu: true });
  return (x, training) => conv(x, training);
}

function halve(name: string): Layer {
  return (x) => {
    checkMap(name, x, 2);
    return tf.maxPool<Tensor4D>(x, 2, 2, 'valid');
  };
}
