import { checkInteger, invalidArgument } from '@mix/core';
import type { DeitOptions } from '../deit-options.js';
import type { Model } from '../model.js';
import { type BranchDrop, branchDrops } from './branch-drops.js';
import { checkRate } from './check-rate.js';
import { DropPath } from './drop-path.js';
import { createLayerNorm } from './layer-norm.js';
import { createLinear } from './linear.js';
import { ParameterStore } from './parameter-store.js';
import { createPatchEmbedding } from './patch-embedding.js';
import { tokenClassifier } from './token-classifier.js';
import type { TokenBlock } from './tokens.js';
import { createTransformerBlock, DEVIATION } from './transformer-block.js';

/** What tells one vision transformer from another. */
export interface VisionTransformerOptions extends DeitOptions {
  readonly width: number;
  /** Number of blocks, a multiple of four. */
  readonly depth: number;
  readonly heads: number;
}

const STAGES = 4;

/** Checks the options of the public factory `where` and builds its network. */
export function visionTransformer(
  where: string,
  {
    numClasses,
    rng,
    inChannels = 3,
    imageSize = 224,
    patchSize = 16,
    dropPath = 0,
    frozenStages,
    width,
    depth,
    heads,
  }: VisionTransformerOptions,
): Model {
  checkInteger(where, 'numClasses', numClasses, 1);
  checkInteger(where, 'inChannels', inChannels, 1);
  checkInteger(where, 'patchSize', patchSize, 1);
  checkRate(where, 'dropPath', dropPath);
  const size = typeof imageSize === 'number' ? ([imageSize, imageSize] as const) : imageSize;
  for (const side of size) {
    checkInteger(where, 'imageSize', side, 1);
    if (side % patchSize !== 0) {
      throw invalidArgument(where, 'imageSize', `be a multiple of the patchSize ${patchSize}`, imageSize);
    }
  }
  const grid = [size[0] / patchSize, size[1] / patchSize] as const;
  const store = new ParameterStore({ where, stages: STAGES, frozenStages });
  const builder = { store, rng };
  const embed = createPatchEmbedding(builder, {
    inChannels,
    width,
    patchSize,
    grid,
  });
  const perStage = depth / STAGES;
  const layer = dropPath > 0 ? new DropPath(rng.fork('dropPath')) : undefined;
  const depths = Array.from({ length: STAGES }, () => perStage);
  const drops = branchDrops(layer && { layer, rate: dropPath }, depths);
  const makeStage = (stageDrops: readonly (BranchDrop | undefined)[], stage: number): TokenBlock[] =>
    stageDrops.map((drop, index) => {
      const name = `blocks.${stage * perStage + index}`;
      return { run: createTransformerBlock(builder, name, { width, heads, hidden: 4 * width }), drop };
    });
  const stages = drops.map((stageDrops, stage) => store.stage(stage + 1, () => makeStage(stageDrops, stage)));
  return tokenClassifier({
    store,
    inChannels,
    numClasses,
    imageSize: size,
    grid,
    embed,
    stages,
    norm: createLayerNorm(builder, 'norm', width),
    head: createLinear(builder, 'head', { inSize: width, outSize: numClasses, deviation: DEVIATION }),
    headName: 'head',
    dropPath: layer,
  });
}
