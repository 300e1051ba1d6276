import { checkInteger } from '@mix/core';
import type { Model } from '../model.js';
import type { ResidualOptions } from '../residual-options.js';
import { batchNormSettings } from './batch-norm-settings.js';
import type { Builder } from './builder.js';
import { checkRate } from './check-rate.js';
import { DropPath } from './drop-path.js';
import type { Layer } from './layer.js';
import { createLinear } from './linear.js';
import { ParameterStore } from './parameter-store.js';
import type { ResidualBlock } from './residual-block.js';
import { residualStages } from './residual-stages.js';
import type { Shortcut } from './shortcut.js';
import { stagedClassifier } from './staged-classifier.js';

/** What tells one residual network from another. */
export interface ResidualNetworkOptions extends ResidualOptions {
  readonly block: ResidualBlock;
  readonly width: number;
  readonly depths: readonly number[];
  readonly shortcut: Shortcut;
  readonly stem: (builder: Builder, inChannels: number, outChannels: number) => Layer;
}

/** Checks the options of the public factory `where` and builds its network. */
export function residualNetwork(
  where: string,
  {
    numClasses,
    rng,
    inChannels = 3,
    batchNorm,
    zeroInitResidual = false,
    dropPath = 0,
    frozenStages,
    block,
    width,
    depths,
    shortcut,
    stem,
  }: ResidualNetworkOptions,
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkInteger(where, 'width', width, 1);
  checkRate(where, 'dropPath', dropPath);
  const layer = dropPath > 0 ? new DropPath(rng.fork('dropPath')) : undefined;
  const store = new ParameterStore({ where, stages: depths.length, frozenStages });
  const builder: Builder = { store, rng, batchNorm: batchNormSettings(where, batchNorm) };
  const first = stem(builder, inChannels, width);
  const { stages, outChannels } = residualStages(builder, {
    block,
    width,
    depths,
    shortcut,
    zeroInitResidual,
    dropPath: layer && { layer, rate: dropPath },
  });
  const head = createLinear(builder, 'fc', { inSize: outChannels, outSize: numClasses });
  return stagedClassifier({
    store,
    inChannels,
    numClasses,
    stem: first,
    stages,
    head,
    dropPath: layer,
    headName: 'fc',
  });
}
