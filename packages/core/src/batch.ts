import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { invalidArgument, MixError } from './errors.js';

/**
 * A batch on the device: `images` float32 `[B,H,W,C]`, any value range; `labels` int32 `[B]` for classes,
 * or float32 `[B,classes]` for soft and multi-label data.
 */
export type Batch = {
  /** float32 `[B,H,W,C]`. */
  readonly images: Tensor4D;
  /** int32 `[B]` or float32 `[B,classes]`. */
  readonly labels: Tensor1D | Tensor2D;
};

/** `[B,H,W]` of a batch: all that a plan needs to know of it. */
export type BatchShape = readonly [batch: number, height: number, width: number];

/** Gives `[B,H,W]` of a batch. */
export function shapeOf(batch: Batch): BatchShape {
  const [size, height, width] = batch.images.shape;
  return [size, height, width];
}

/**
 * Throws unless `batch` is a well-formed {@link Batch}.
 *
 * @param where Name of the public function that was called.
 * @param batch The batch to check; only shapes and dtypes are looked at.
 * @throws MixError `SHAPE`, `DTYPE` or `BATCH_SIZE`.
 */
export function checkBatch(where: string, batch: Batch): void {
  const { images, labels } = batch;
  if (images.rank !== 4) {
    throw new MixError(
      `${where}: images must be [B,H,W,C]; got rank ${images.rank}, shape [${images.shape}]`,
      {
        code: 'SHAPE',
        argument: 'images',
        received: images.shape,
      },
    );
  }
  if (images.shape[0] === 0)
    throw invalidArgument(where, 'images', 'hold at least one row', images.shape, { code: 'SHAPE' });
  if (images.dtype !== 'float32') {
    throw new MixError(
      `${where}: images must be float32; got ${images.dtype}. Cast them first: tf.cast(images, 'float32')`,
      {
        code: 'DTYPE',
        argument: 'images',
        received: images.dtype,
      },
    );
  }
  const labelRank: number = labels.rank;
  const wanted = labelRank === 1 ? 'int32' : 'float32';
  if ((labelRank !== 1 && labelRank !== 2) || labels.dtype !== wanted) {
    throw new MixError(
      `${where}: labels must be int32 [B] or float32 [B,classes]; got ${labels.dtype} [${labels.shape}]`,
      {
        code: labelRank === 1 || labelRank === 2 ? 'DTYPE' : 'SHAPE',
        argument: 'labels',
        received: labels.shape,
      },
    );
  }
  if (images.shape[0] !== labels.shape[0]) {
    throw new MixError(
      `${where}: images and labels must share a batch size; got ${images.shape[0]} and ${labels.shape[0]}`,
      { code: 'BATCH_SIZE', argument: 'labels', received: labels.shape[0] },
    );
  }
}
