import { checkInteger } from '@mix/core';
import type { Model } from '../model.js';
import type { PreactivationOptions } from '../preactivation-options.js';
import { createBatchNormRelu } from './batch-norm-relu.js';
import { batchNormSettings } from './batch-norm-settings.js';
import { branchDrops } from './branch-drops.js';
import type { Builder } from './builder.js';
import { checkRate } from './check-rate.js';
import { createConvolution } from './convolution.js';
import { DropPath } from './drop-path.js';
import { Dropout } from './dropout.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';
import { createLinear } from './linear.js';
import { ParameterStore } from './parameter-store.js';
import { createPreactivationBlock } from './preactivation-block.js';
import { stagedClassifier } from './staged-classifier.js';

/** What tells one network of pre-activation blocks from another. */
export interface PreactivationNetworkOptions extends PreactivationOptions {
  /** Channels of the first convolution. */
  readonly width: number;
  /** Channels of each stage. */
  readonly channels: readonly number[];
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  readonly names: {
    readonly block: (stage: number, index: number) => string;
    readonly shortcut: string;
    /** The normalisation after the last block, if there is one. */
    readonly norm: string | undefined;
    readonly head: string;
  };
  /** Whether the head's bias starts at 0. */
  readonly zeroBias: boolean;
}

/** Checks the options of the public factory `where` and builds its network; `width` is checked already. */
export function preactivationNetwork(
  where: string,
  {
    numClasses,
    rng,
    inChannels = 3,
    batchNorm,
    dropPath = 0,
    dropout: rate = 0,
    frozenStages,
    width,
    channels,
    depths,
    names,
    zeroBias,
  }: PreactivationNetworkOptions,
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkRate(where, 'dropPath', dropPath);
  checkRate(where, 'dropout', rate);
  const store = new ParameterStore({ where, stages: depths.length, frozenStages });
  const builder: Builder = { store, rng, batchNorm: batchNormSettings(where, batchNorm) };
  const layer = dropPath > 0 ? new DropPath(rng.fork('dropPath')) : undefined;
  const drops = branchDrops(layer && { layer, rate: dropPath }, depths);
  const dropout = new Dropout(rng.fork('dropout'), rate);
  const first = createConvolution(builder, 'conv1', { inChannels, outChannels: width, kernelSize: 3 });
  let from = width;
  const makeStage = (outChannels: number, stage: number): Layer => {
    const blocks = Array.from({ length: depths[stage] as number }, (_, index) => {
      const sizes = { inChannels: from, outChannels, stride: stage > 0 && index === 0 ? 2 : 1 };
      from = outChannels;
      return createPreactivationBlock(builder, names.block(stage, index), {
        ...sizes,
        shortcutName: names.shortcut,
        dropout,
        drop: drops[stage]?.[index],
      });
    });
    return inSequence(blocks);
  };
  const stages = channels.map((outChannels, stage) =>
    store.stage(stage + 1, () => makeStage(outChannels, stage)),
  );
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    stem: (x) => first.apply(x),
    stages,
    ...(names.norm !== undefined && { norm: createBatchNormRelu(builder, names.norm, from) }),
    head: createLinear(builder, names.head, { inSize: from, outSize: numClasses, zeroBias }),
    headName: names.head,
    dropPath: layer,
    dropout: rate > 0 ? dropout : undefined,
  });
}
