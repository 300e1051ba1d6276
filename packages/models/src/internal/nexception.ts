import { checkInteger, gelu } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';
import type { NexceptionOptions } from '../nexception-options.js';
import { createBatchNorm } from './batch-norm.js';
import { batchNormSettings } from './batch-norm-settings.js';
import type { BranchDrop } from './branch-drops.js';
import type { Builder } from './builder.js';
import { checkRate } from './check-rate.js';
import { withBatchNorm } from './conv-batch-norm.js';
import { DropPath } from './drop-path.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';
import { createLinear } from './linear.js';
import { createDownsamplingBlock, createWideningBlock, nexceptionConvolution } from './nexception-block.js';
import { ParameterStore } from './parameter-store.js';
import { createPatchConvolution } from './patch-convolution.js';
import { stagedClassifier } from './staged-classifier.js';

const WIDTH = 96;
const MIDDLE_BLOCKS = 8;

/** Checks the options of the public factory `where` and builds its network, with so many channels in the middle. */
export function nexception(
  where: string,
  {
    numClasses,
    rng,
    inChannels = 3,
    frozenStages,
    patchSize = 2,
    width = WIDTH,
    dropPath = 0,
    batchNorm,
  }: NexceptionOptions,
  middle: number,
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkInteger(where, 'patchSize', patchSize, 1);
  checkInteger(where, 'width', width, 1);
  checkRate(where, 'dropPath', dropPath);
  const store = new ParameterStore({ where, stages: 4, frozenStages });
  const builder: Builder = { store, rng, batchNorm: batchNormSettings(where, batchNorm) };
  const layer = dropPath > 0 ? new DropPath(rng.fork('dropPath')) : undefined;
  const drop: BranchDrop | undefined = layer && ((branch) => layer.apply(branch, dropPath));
  const scaled = (channels: number): number => Math.max(1, Math.round((channels * width) / WIDTH));
  const down = (name: string, from: number, within: number, to: number): Layer =>
    createDownsamplingBlock(builder, name, [scaled(from), scaled(within), scaled(to)], drop);
  const last = (place: number, from: number, to: number): Layer => {
    const sizes = { inChannels: scaled(from), outChannels: scaled(to), kernelSize: 3 };
    const conv = nexceptionConvolution(builder, `exit_flow.${place}`, sizes);
    const name = `exit_flow.${place + 1}`;
    const tail = withBatchNorm(builder, conv, name, { channels: scaled(to), relu: false });
    return (x, training) => tf.tidy(() => gelu(tail(x, training)));
  };
  const widening = (): Layer[] =>
    Array.from({ length: MIDDLE_BLOCKS }, (_, index) =>
      createWideningBlock(builder, `middle_flow.${index}`, scaled(middle), drop),
    );
  const stem = createStem(builder, inChannels, scaled(WIDTH), patchSize);
  const stages = [
    () => down('downsampling_block1', WIDTH, 128, 128),
    () => down('downsampling_block2', 128, 256, 256),
    () => inSequence([down('downsampling_block3', 256, middle, middle), ...widening()]),
    () => inSequence([down('exit_flow.0', middle, middle, 1024), last(1, 1024, 1536), last(4, 1536, 2048)]),
  ].map((make, index) => store.stage(index + 1, make));
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    stem,
    stages,
    head: createLinear(builder, 'fc', { inSize: scaled(2048), outSize: numClasses }),
    headName: 'fc',
    dropPath: layer,
  });
}

/** Patches, a GELU and, after it, the normalisation. */
function createStem(builder: Builder, inChannels: number, outChannels: number, patchSize: number): Layer {
  const embed = createPatchConvolution(builder, 'stem.0', { inChannels, outChannels, patchSize });
  const bn = createBatchNorm(builder, 'stem.2', outChannels);
  return (x, training) =>
    tf.tidy(() => {
      const features = gelu(embed(x));
      if (bn.usesBatch(training)) return bn.train(features, { relu: false });
      const { scale, offset } = bn.affine();
      return tf.add(tf.mul(features, scale), offset);
    });
}
