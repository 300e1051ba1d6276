import { checkInteger } from '@mix/core';
import type { Model } from '../model.js';
import type { SwinOptions } from '../swin-options.js';
import { branchDrops } from './branch-drops.js';
import { checkRate } from './check-rate.js';
import { DropPath } from './drop-path.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';
import { createLayerNorm, PYTORCH_EPSILON } from './layer-norm.js';
import { createLinear } from './linear.js';
import { createMapBlock } from './map-block.js';
import { createNormedPatches } from './normed-patches.js';
import { ParameterStore } from './parameter-store.js';
import { createPatchMerging } from './patch-merging.js';
import { stagedClassifier } from './staged-classifier.js';
import { DEVIATION } from './transformer-block.js';
import { createWindowAttention } from './window-attention.js';

/** What tells one Swin transformer from another. */
export interface SwinNetworkOptions extends SwinOptions {
  /** Channels of the first stage; each later stage doubles them. */
  readonly width: number;
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  /** Heads of each stage. */
  readonly heads: readonly number[];
}

/** Checks the options of the public factory `where` and builds its network. */
export function swin(
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
  }: SwinNetworkOptions,
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkInteger(where, 'patchSize', patchSize, 1);
  const window = typeof windowSize === 'number' ? ([windowSize, windowSize] as const) : windowSize;
  for (const side of window) checkInteger(where, 'windowSize', side, 1);
  checkRate(where, 'dropPath', dropPath);
  const store = new ParameterStore({ where, stages: depths.length, frozenStages });
  const builder = { store, rng };
  const layer = dropPath > 0 ? new DropPath(rng.fork('dropPath')) : undefined;
  const drops = branchDrops(layer && { layer, rate: dropPath }, depths);
  const epsilon = PYTORCH_EPSILON;
  const stem = createNormedPatches(builder, {
    names: ['features.0.0', 'features.0.2'],
    inChannels,
    outChannels: width,
    patchSize,
    epsilon,
  });
  const half = [Math.floor(window[0] / 2), Math.floor(window[1] / 2)] as const;
  const makeStage = (depth: number, stage: number): Layer => {
    const channels = width * 2 ** stage;
    const merge = stage === 0 ? [] : [createPatchMerging(builder, `features.${2 * stage}`, channels / 2)];
    const blocks = Array.from({ length: depth }, (_, index) =>
      createMapBlock(builder, `features.${2 * stage + 1}.${index}`, {
        channels,
        attention: (name) =>
          createWindowAttention(builder, name, {
            channels,
            heads: heads[stage] as number,
            window,
            shift: index % 2 === 0 ? [0, 0] : half,
            relative: true,
          }),
        perceptron: ['0', '3'],
        epsilon,
        drop: drops[stage]?.[index],
      }),
    );
    return inSequence([...merge, ...blocks]);
  };
  const stages = depths.map((depth, stage) => store.stage(stage + 1, () => makeStage(depth, stage)));
  const size = width * 2 ** (depths.length - 1);
  const norm = createLayerNorm(builder, 'norm', size, epsilon);
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
