import { checkInteger } from '@mix/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvnextOptions } from '../convnext-options.js';
import type { Model } from '../model.js';
import { branchDrops } from './branch-drops.js';
import type { WeightBuilder } from './builder.js';
import { checkRate } from './check-rate.js';
import { createConvnextBlock } from './convnext-block.js';
import { DropPath } from './drop-path.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';
import { createLayerNorm } from './layer-norm.js';
import { createLinear } from './linear.js';
import { createNormedPatches } from './normed-patches.js';
import { ParameterStore } from './parameter-store.js';
import { createPatchConvolution } from './patch-convolution.js';
import { stagedClassifier } from './staged-classifier.js';
import { DEVIATION } from './transformer-block.js';

/** What tells one ConvNeXt from another. */
export interface ConvnextNetworkOptions extends ConvnextOptions {
  /** Channels of the first stage; each later stage doubles them. */
  readonly width: number;
  /** Blocks of each stage. */
  readonly depths: readonly number[];
}

/** Checks the options of the public factory `where` and builds its network. */
export function convnext(
  where: string,
  {
    numClasses,
    rng,
    inChannels = 3,
    patchSize = 4,
    dropPath = 0,
    frozenStages,
    width,
    depths,
  }: ConvnextNetworkOptions,
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkInteger(where, 'patchSize', patchSize, 1);
  checkRate(where, 'dropPath', dropPath);
  const store = new ParameterStore({ where, stages: depths.length, frozenStages });
  const builder = { store, rng };
  const layer = dropPath > 0 ? new DropPath(rng.fork('dropPath')) : undefined;
  const drops = branchDrops(layer && { layer, rate: dropPath }, depths);
  const stem = createNormedPatches(builder, {
    names: ['features.0.0', 'features.0.1'],
    inChannels,
    outChannels: width,
    patchSize,
    deviation: DEVIATION,
  });
  const makeStage = (depth: number, stage: number): Layer => {
    const channels = width * 2 ** stage;
    const shrink = stage === 0 ? [] : [halving(builder, `features.${2 * stage}`, channels)];
    const blocks = Array.from({ length: depth }, (_, index) =>
      createConvnextBlock(builder, `features.${2 * stage + 1}.${index}`, {
        channels,
        drop: drops[stage]?.[index],
      }),
    );
    return inSequence([...shrink, ...blocks]);
  };
  const stages = depths.map((depth, stage) => store.stage(stage + 1, () => makeStage(depth, stage)));
  const size = width * 2 ** (depths.length - 1);
  const norm = createLayerNorm(builder, 'classifier.0', size);
  const headName = 'classifier.2';
  const head = createLinear(builder, headName, { inSize: size, outSize: numClasses, deviation: DEVIATION });
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    stem,
    stages,
    embed: (features) => tf.tidy(() => norm(tf.mean(features, [1, 2]) as Tensor2D)),
    head,
    headName,
    dropPath: layer,
  });
}

/** A layer normalisation and a 2x2 convolution of stride 2, from half of the channels. */
function halving(builder: WeightBuilder, name: string, channels: number): Layer {
  const inChannels = channels / 2;
  const norm = createLayerNorm(builder, `${name}.0`, inChannels);
  const shrink = createPatchConvolution(builder, `${name}.1`, {
    inChannels,
    outChannels: channels,
    patchSize: 2,
    deviation: DEVIATION,
  });
  return (x) => tf.tidy(() => shrink(norm(x)));
}
