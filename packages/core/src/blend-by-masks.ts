import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { invalidArgument } from './errors.js';
import { checkFloat32 } from './internal/check-float32.js';
import { checkSources } from './internal/check-sources.js';
import { flattenRows } from './internal/flatten-rows.js';
import { hasKernel } from './internal/has-kernel.js';
import { NOTHING } from './internal/nothing.js';
import { runFused } from './internal/run-fused.js';
import { runKernel } from './internal/run-kernel.js';
import { takeRows } from './internal/take-rows.js';

type Lists = readonly (readonly number[])[];

/**
 * Weighted sums of pixels, `out[r,y,x] = Σ_k masks[r,y,x,k] · images[sources[r][k],y,x]`: what every mixer does that weights
 * parts of images. {@link blendByLam} weights whole ones.
 *
 * A source of share 0 contributes nothing, not even a NaN, and one of share 1 alone is copied bit for bit. Differentiable, once,
 * by `images` and `masks`.
 *
 * Backends that register the kernels `MixBlendByMasks`, `MixBlendByMasksImagesGrad` and `MixBlendByMasksGrad` read the sources where
 * they lie; the others get the plain composition of tfjs ops, which gathers them first.
 *
 * @param images float32 `[B,H,W,C]`, borrowed.
 * @param sources For each of R rows, the K rows of `images` that it takes.
 * @param masks float32 `[R,H,W,K]`: the share of each source in every pixel; or, of two sources, `[R,H,W,1]`: that of the first,
 * the second having the rest. A first axis of 1 is the same for all rows. Borrowed.
 * @returns New `[R,H,W,C]`.
 * @throws MixError `SHAPE`, `DTYPE` or `INVALID_ARGUMENT` when an argument is not as stated.
 */
export function blendByMasks(
  images: Tensor4D,
  sources: readonly (readonly number[])[],
  masks: Tensor4D,
): Tensor4D {
  checkSources('blendByMasks', images, sources);
  if (sources.length === 0) return tf.zeros([0, ...images.shape.slice(1)] as Tensor4D['shape']);
  checkMasks(images, sources, masks);
  return tf.tidy(() => {
    if (hasKernel(FORWARD)) return fused(images, sources, masks);
    return termsOf(images, sources, masks).reduce((sum, term) => tf.add(sum, term));
  }) as Tensor4D;
}

const FORWARD = 'MixBlendByMasks';

function fused(images: Tensor, lists: Lists, masks: Tensor): Tensor {
  const count = lists[0]?.length ?? 0;
  const sources = flattenRows(lists, new Int32Array(lists.length * count));
  return runFused(FORWARD, { images, masks }, { sources, count }, (dy, given, attrs) => ({
    images: () => {
      const from = given.images.shape[0] as number;
      return runKernel('MixBlendByMasksImagesGrad', { dy, masks: given.masks }, { ...attrs, from });
    },
    masks: () => {
      const [rows, , , channels] = given.masks.shape as Tensor4D['shape'];
      const each = runKernel('MixBlendByMasksGrad', { dy, images: given.images }, { ...attrs, channels });
      return rows === each.shape[0] ? each : tf.sum(each, 0, true);
    },
  }));
}

function termsOf(images: Tensor, sources: Lists, masks: Tensor4D): Tensor[] {
  const count = sources[0]?.length ?? 0;
  const both = masks.shape[3] !== count;
  const shares = both ? [masks, tf.sub(1, masks)] : count > 1 ? tf.split(masks, count, 3) : [masks];
  return shares.map((share, k) => maskedCopy(takeRows(images, sources, k), share));
}

// The gradient by a share of 0 is not 0, so that of `where` would not do.
function maskedCopy(x: Tensor, share: Tensor): Tensor {
  const masked = tf.customGrad((...inputs) => {
    const [pixels, weight, save] = inputs as unknown as [Tensor, Tensor, tf.GradSaveFunc];
    save([pixels, weight]);
    return {
      value: tf.where(tf.equal(weight, 0), NOTHING, tf.mul(pixels, weight)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [from, by] = saved as [Tensor, Tensor];
        const axes = by.shape[0] === from.shape[0] ? 3 : [0, 3];
        return [tf.mul(dy, by), tf.sum(tf.mul(dy, from), axes, true)];
      },
    };
  });
  return masked(x, share);
}

function checkMasks(images: Tensor, sources: Lists, masks: Tensor): void {
  const [, height, width] = images.shape;
  if (images.rank !== 4) {
    throw invalidArgument('blendByMasks', 'images', 'be [B,H,W,C]', images.shape, { code: 'SHAPE' });
  }
  const count = sources[0]?.length ?? 0;
  const channels = count === 2 && masks.shape[3] === 1 ? 1 : count;
  const rows = masks.shape[0] === 1 ? 1 : sources.length;
  checkFloat32('blendByMasks', 'masks', masks, [rows, height as number, width as number, channels]);
}
