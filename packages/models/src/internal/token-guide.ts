import { checkChoice, type Guide } from '@mix/core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkImages, numberOf } from './check-forward.js';
import type { TokenParts } from './token-classifier.js';
import { embeddingOf, patchMap, runBlock } from './tokens.js';

/** The probes of a transformer with a class token, besides those of all models. */
export function tokenGuide(
  parts: TokenParts,
): Required<Pick<Guide, 'features' | 'attention' | 'forwardWithAttention'>> {
  const { stages, grid } = parts;
  const blocks = stages.flat();
  const run = (images: Tensor4D, count: number, training: boolean): Ran =>
    blocks.slice(0, count).reduce<Ran>(
      ({ tokens: before, weights: seen }, block) => {
        const { tokens, weights } = runBlock(parts, block, before, training);
        return { tokens, weights: [...seen, weights] };
      },
      { tokens: parts.embed(images), weights: [] },
    );
  return {
    features(images, stage, { training = false } = {}) {
      checkImages('Guide.features', images, parts);
      const count = numberOf('Guide.features', 'stage', stage, stages.length);
      return tf.tidy(() =>
        patchMap(run(images, stages.slice(0, count).flat().length, training).tokens, grid),
      );
    },
    attention(images, { layer, rows }) {
      checkImages('Guide.attention', images, parts);
      checkChoice('Guide.attention', 'rows', rows, ['cls', 'all']);
      const count = numberOf('Guide.attention', 'layer', layer, blocks.length);
      return tf.tidy(() => {
        const weights = run(images, count, false).weights[count - 1] as Tensor4D;
        return rows === 'all' ? weights : classRow(weights);
      });
    },
    forwardWithAttention(images, layer, { training = false } = {}) {
      checkImages('Guide.forwardWithAttention', images, parts);
      const count = numberOf('Guide.forwardWithAttention', 'layer', layer, blocks.length);
      return tf.tidy(() => {
        const { tokens, weights } = run(images, blocks.length, training);
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

/** `[B,heads,T]` of `[B,heads,T,T]`. */
function classRow(weights: Tensor4D): Tensor3D {
  return tf.squeeze(tf.slice(weights, [0, 0, 0, 0], [-1, -1, 1, -1]), [2]);
}
