import type { Rank, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightBuilder } from './builder.js';
import { normal, uniformFanIn } from './initialisers.js';

/** Sizes of a {@link createPatchEmbedding}. */
export interface PatchEmbeddingOptions {
  readonly inChannels: number;
  readonly width: number;
  readonly patchSize: number;
  /** Rows and columns of patches in an image. */
  readonly grid: readonly [number, number];
}

/**
 * Makes `cls_token`, `pos_embed` and `patch_embed.proj`, and turns images into tokens `[B,1 + patches,width]`: the class
 * token, then the patches row by row, each with its position added.
 */
export function createPatchEmbedding(
  { store, rng }: WeightBuilder,
  { inChannels, width, patchSize, grid }: PatchEmbeddingOptions,
): (images: Tensor4D) => Tensor3D {
  const draw = (name: string, count: number, deviation: number) => normal(rng.fork(name), count, deviation);
  const patches = grid[0] * grid[1];
  const shape: [number, number, number] = [1, 1 + patches, width];
  const classToken = store.parameter<Rank.R3>('cls_token', [1, 1, width], draw('cls_token', width, 1e-6));
  const positions = store.parameter<Rank.R3>('pos_embed', shape, draw('pos_embed', shape[1] * width, 0.02));
  store.onGrid('pos_embed', { others: 1, size: grid });
  const [kernelName, biasName] = ['patch_embed.proj.weight', 'patch_embed.proj.bias'] as const;
  const fanIn = patchSize * patchSize * inChannels;
  const kernel = store.parameter<Rank.R4>(
    kernelName,
    [patchSize, patchSize, inChannels, width],
    uniformFanIn(rng.fork(kernelName), fanIn * width, fanIn),
    'convolution',
  );
  const bias = store.parameter<Rank.R1>(biasName, [width], uniformFanIn(rng.fork(biasName), width, fanIn));
  return (images) =>
    tf.tidy(() => {
      const batch = images.shape[0];
      const [classPosition, patchPositions] = tf.split(positions, [1, patches], 1) as [Tensor3D, Tensor3D];
      const maps = tf.conv2d(images, kernel, patchSize, 'valid');
      const tokens = tf.add(tf.reshape(maps, [batch, patches, width]), tf.add(patchPositions, bias));
      // Adding to zeros repeats it: the gradient of tfjs' tile would add up one slice a sample.
      const first = tf.add(tf.zeros([batch, 1, width]), tf.add(classToken, classPosition));
      return tf.concat([first, tokens], 1) as Tensor3D;
    });
}
