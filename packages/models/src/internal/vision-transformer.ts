import { checkInteger, invalidArgument } from '@mix/core';
import type { DeitOptions } from '../deit-options.js';
import type { Model } from '../model.js';
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
  const block = (index: number, frozen: boolean): TokenBlock => ({
    run: createTransformerBlock(builder, `blocks.${index}`, { width, heads, hidden: 4 * width }),
    dropRate: frozen ? 0 : (dropPath * index) / (depth - 1),
  });
  const stages = Array.from({ length: STAGES }, (_, stage) =>
    store.stage(stage + 1, () =>
      Array.from({ length: perStage }, (_, index) =>
        block(stage * perStage + index, store.isFrozen(stage + 1)),
      ),
    ),
  );
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
    dropPath: dropPath > 0 ? new DropPath(rng.fork('dropPath')) : undefined,
  });
}
