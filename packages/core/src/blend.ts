import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkBlend } from './internal/check-blend.js';
import { hasKernel } from './internal/has-kernel.js';

/** How much each source contributes: one number a row, or one a pixel. */
export type BlendShares =
  | {
      /** For each row, the share of each of its K sources. */
      readonly lam: readonly (readonly number[])[];
    }
  | {
      /**
       * float32 `[R,H,W,K]`: the share of each source in every pixel; or, of two sources, `[R,H,W,1]`: that of the first, the
       * second having the rest. Borrowed.
       */
      readonly masks: Tensor4D;
    };

/**
 * Weighted sums of rows: `out[r] = Σ_k share[r,k] · images[sources[r][k]]`, what every mixer of pixels or features does.
 *
 * A source of share 0 contributes nothing, not even a NaN, and one of share 1 alone is copied bit for bit. Differentiable, once,
 * by `images` and `masks`.
 *
 * Backends that register the kernels `MixBlend`, `MixBlendImagesGrad` and `MixBlendMasksGrad` read the sources where they lie;
 * the others get the plain composition of tfjs ops, which gathers them first.
 *
 * @param images float32 `[B,...]`, `[B,H,W,C]` with masks; borrowed.
 * @param sources For each of R rows, the K rows of `images` that it takes.
 * @param shares Need not sum to 1.
 * @returns A new tensor `[R,...]`, otherwise like `images`.
 * @throws MixError `SHAPE`, `DTYPE`, `BATCH_SIZE` or `INVALID_ARGUMENT` when an argument is not as stated.
 */
export function blend<T extends Tensor>(
  images: T,
  sources: readonly (readonly number[])[],
  shares: BlendShares,
): T {
  checkBlend(images, sources, shares);
  if (sources.length === 0) return tf.zeros([0, ...images.shape.slice(1)]) as T;
  return tf.tidy(() => {
    if (hasKernel(FORWARD)) return fused(images, sources, shares);
    const terms =
      'lam' in shares ? byRow(images, sources, shares.lam) : byPixel(images, sources, shares.masks);
    const [first, ...rest] = terms;
    if (first === undefined) return tf.zeros([sources.length, ...images.shape.slice(1)]) as T;
    // A clone, lest the result be the caller's own tensor.
    return (rest.length > 0 ? rest.reduce((sum, term) => tf.add(sum, term), first) : tf.clone(first)) as T;
  });
}

const FORWARD = 'MixBlend';
const IMAGES_GRADIENT = 'MixBlendImagesGrad';
const MASKS_GRADIENT = 'MixBlendMasksGrad';

// What adding does not change, whatever its sign: 0 + -0 is 0, -0 + -0 is -0.
const NOTHING = -0;

type Lists = readonly (readonly number[])[];

function byRow(images: Tensor, sources: Lists, lam: Lists): Tensor[] {
  const count = sources[0]?.length ?? 0;
  const terms: Tensor[] = [];
  for (let k = 0; k < count; k++) {
    const shares = lam.map((row) => row[k] as number);
    const [first = 0] = shares;
    const uniform = shares.every((share) => share === first);
    if (uniform && first === 0) continue;
    const taken = takeRows(images, sources, k);
    if (uniform) {
      terms.push(first === 1 ? taken : tf.mul(taken, first));
      continue;
    }
    const column = tf.tensor(shares, [shares.length, ...images.shape.slice(1).fill(1)]);
    const term = tf.mul(taken, column);
    terms.push(shares.includes(0) ? tf.where(tf.equal(column, 0), NOTHING, term) : term);
  }
  return terms;
}

function byPixel(images: Tensor, sources: Lists, masks: Tensor4D): Tensor[] {
  const count = sources[0]?.length ?? 0;
  if (masks.shape[3] !== count) {
    return [masks, tf.sub(1, masks)].map((share, k) => maskedCopy(takeRows(images, sources, k), share));
  }
  const shares = count > 1 ? tf.split(masks, count, 3) : [masks];
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
        return [tf.mul(dy, by), tf.sum(tf.mul(dy, from), 3, true)];
      },
    };
  });
  return masked(x, share);
}

function takeRows(images: Tensor, sources: Lists, k: number): Tensor {
  const rows = sources.map((row) => row[k] as number);
  const own = rows.length === images.shape[0] && rows.every((row, index) => row === index);
  return own ? images : tf.gather(images, tf.tensor1d(rows, 'int32'));
}

function fused<T extends Tensor>(images: T, sources: Lists, shares: BlendShares): T {
  registerFusedGradient();
  const size = [sources.length, sources[0]?.length ?? 0] as [number, number];
  const weights = 'lam' in shares ? tf.tensor2d(shares.lam.flat(), size) : shares.masks;
  const rows = tf.tensor2d(sources.flat(), size, 'int32');
  return tf.engine().runKernel(FORWARD, { images, sources: rows, shares: weights }) as T;
}

function registerFusedGradient(): void {
  if (tf.getGradient(FORWARD) !== undefined) return;
  tf.registerGradient({
    kernelName: FORWARD,
    inputsToSave: ['images', 'sources', 'shares'],
    gradFunc: (dy, saved) => {
      const [images, sources, shares] = saved as [Tensor, Tensor, Tensor];
      const inputs = { dy: dy as Tensor, sources, shares };
      const rows = images.shape[0] as number;
      return {
        images: () => tf.engine().runKernel(IMAGES_GRADIENT, inputs, { rows }) as Tensor,
        shares: () => tf.engine().runKernel(MASKS_GRADIENT, { ...inputs, images }) as Tensor,
      };
    },
  });
}
