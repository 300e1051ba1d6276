import { checkInteger } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';
import type { TwinsOptions } from '../twins-options.js';
import { branchDrops } from './branch-drops.js';
import type { WeightBuilder } from './builder.js';
import { checkRate } from './check-rate.js';
import { createDepthwiseConvolution } from './depthwise-convolution.js';
import { DropPath } from './drop-path.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';
import { createLayerNorm, PYTORCH_EPSILON } from './layer-norm.js';
import { createLinear } from './linear.js';
import { createMapBlock } from './map-block.js';
import { createNormedPatches } from './normed-patches.js';
import { ParameterStore } from './parameter-store.js';
import { stagedClassifier } from './staged-classifier.js';
import { createSubsampledAttention } from './subsampled-attention.js';
import { DEVIATION } from './transformer-block.js';
import { createWindowAttention } from './window-attention.js';

/** What tells one Twins-SVT from another. */
export interface TwinsNetworkOptions extends TwinsOptions {
  /** Channels of the first stage; each later stage doubles them. */
  readonly width: number;
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Heads of each stage. */
  readonly heads: readonly number[];
  /** Of each stage, side of the squares of tokens that are summarised for the whole map. */
  readonly reductions: readonly number[];
}

/** Checks the options of the public factory `where` and builds its network. */
export function twins(
  where: string,
  {
    numClasses,
    rng,
    inChannels = 3,
    patchSize = 4,
    windowSize = 7,
    dropPath = 0,
    frozenStages,
    width,
    depths,
    heads,
    reductions,
  }: TwinsNetworkOptions,
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkInteger(where, 'patchSize', patchSize, 1);
  checkInteger(where, 'windowSize', windowSize, 1);
  checkRate(where, 'dropPath', dropPath);
  const store = new ParameterStore({ where, stages: depths.length, frozenStages });
  const builder = { store, rng };
  const layer = dropPath > 0 ? new DropPath(rng.fork('dropPath')) : undefined;
  const drops = branchDrops(layer && { layer, rate: dropPath }, depths);
  const embed = (stage: number, inner: number, side: number): Layer =>
    createNormedPatches(builder, {
      names: [`patch_embeds.${stage}.proj`, `patch_embeds.${stage}.norm`],
      inChannels: inner,
      outChannels: width * 2 ** stage,
      patchSize: side,
      deviation: Math.sqrt(2 / (side * side * width * 2 ** stage)),
      epsilon: PYTORCH_EPSILON,
    });
  const makeStage = (depth: number, stage: number): Layer => {
    const channels = width * 2 ** stage;
    const sizes = { channels, heads: heads[stage] as number };
    const shrink = stage === 0 ? [] : [embed(stage, channels / 2, 2)];
    const blocks = Array.from({ length: depth }, (_, index) =>
      createMapBlock(builder, `blocks.${stage}.${index}`, {
        channels,
        attention: (name) =>
          index % 2 === 0
            ? createWindowAttention(builder, name, {
                ...sizes,
                window: [windowSize, windowSize],
                shift: [0, 0],
                relative: false,
              })
            : createSubsampledAttention(builder, name, {
                ...sizes,
                reduction: reductions[stage] as number,
              }),
        perceptron: ['fc1', 'fc2'],
        drop: drops[stage]?.[index],
      }),
    );
    blocks.splice(1, 0, createPositions(builder, `pos_block.${stage}.proj.0`, channels));
    return inSequence([...shrink, ...blocks]);
  };
  const stem = embed(0, inChannels, patchSize);
  const stages = depths.map((depth, stage) => store.stage(stage + 1, () => makeStage(depth, stage)));
  const size = width * 2 ** (depths.length - 1);
  const norm = createLayerNorm(builder, 'norm', size);
  const headName = 'head';
  const head = createLinear(builder, headName, { inSize: size, outSize: numClasses, deviation: DEVIATION });
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    stem,
    stages,
    norm: (features) => norm(features),
    head,
    headName,
    dropPath: layer,
  });
}

/** Tells tokens where they are by their neighbours: a depthwise 3x3 convolution added to its input. */
function createPositions(builder: WeightBuilder, name: string, channels: number): Layer {
  const look = createDepthwiseConvolution(builder, name, {
    channels,
    kernelSize: 3,
    deviation: Math.sqrt(2 / 9),
  });
  return (x) => tf.tidy(() => tf.add(x, look(x)));
}
