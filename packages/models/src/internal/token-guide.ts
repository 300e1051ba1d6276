import { checkChoice, type Guide } from '@mix/core';
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkImages, numberOf } from './check-forward.js';
import { runLayer } from './run-layer.js';
import type { TokenParts } from './token-classifier.js';
import { embeddingOf, patchMap, runBlock, type TokenBlock } from './tokens.js';

/** The probes of a transformer with a class token, besides those of all models. */
export function tokenGuide(
  parts: TokenParts,
): Required<Pick<Guide, 'features' | 'attention' | 'forwardWithAttention'>> {
  const { stages, grid } = parts;
  const blocks = stages.flat();
  return {
    features(images, stage, { training = false } = {}) {
      checkImages('Guide.features', images, parts);
      const count = numberOf('Guide.features', 'stage', stage, stages.length);
      return tf.tidy(() =>
        patchMap(runBlocks(parts, images, stages.slice(0, count).flat().length, training).tokens, grid),
      );
    },
    attention(images, { layer, rows }) {
      checkImages('Guide.attention', images, parts);
      checkChoice('Guide.attention', 'rows', rows, ['cls', 'all']);
      const count = numberOf('Guide.attention', 'layer', layer, blocks.length);
      return tf.tidy(() => {
        const weights = runBlocks(parts, images, count, false).weights[count - 1] as Tensor4D;
        return rows === 'all' ? weights : classRow(weights);
      });
    },
    forwardWithAttention(images, layer, { training = false } = {}) {
      checkImages('Guide.forwardWithAttention', images, parts);
      const count = numberOf('Guide.forwardWithAttention', 'layer', layer, blocks.length);
      return tf.tidy(() => {
        const { tokens, weights } = runBlocks(parts, images, blocks.length, training);
        return {
          logits: parts.head(embeddingOf(parts, tokens)),
          clsAttention: classRow(weights[count - 1] as Tensor4D),
        };
      });
    },
  };
}

interface Ran {
  readonly tokens: Tensor3D;
  /** Of each block. */
  readonly weights: readonly Tensor4D[];
}

/** Runs the first `count` blocks; those of frozen stages as such. */
function runBlocks(parts: TokenParts, images: Tensor4D, count: number, training: boolean): Ran {
  const { store, embed, stages } = parts;
  let { tokens } = runLayer({ store, layer: 0, training }, images, () => ({ tokens: embed(images) }));
  const weights: Tensor4D[] = [];
  for (const [index, stage] of stages.entries()) {
    const blocks = stage.slice(0, count - weights.length);
    if (blocks.length === 0) break;
    const { tokens: after, ...seen } = runLayer({ store, layer: index + 1, training }, tokens, (mode) =>
      inTurn(blocks, tokens, mode),
    );
    tokens = after;
    weights.push(...(Object.values(seen) as Tensor4D[]));
  }
  return { tokens, weights };
}

type Turn = { readonly tokens: Tensor3D; readonly [weights: string]: Tensor };

/** The tokens after all blocks, and the attention of each by its number. */
function inTurn(blocks: readonly TokenBlock[], tokens: Tensor3D, training: boolean): Turn {
  const turn = { tokens } as { tokens: Tensor3D; [weights: string]: Tensor };
  for (const [index, block] of blocks.entries()) {
    const { tokens: after, weights } = runBlock(block, turn.tokens, training);
    turn.tokens = after;
    turn[`weights${index}`] = weights;
  }
  return turn;
}

/** `[B,heads,T]` of `[B,heads,T,T]`. */
function classRow(weights: Tensor4D): Tensor3D {
  return tf.squeeze(tf.slice(weights, [0, 0, 0, 0], [-1, -1, 1, -1]), [2]);
}
