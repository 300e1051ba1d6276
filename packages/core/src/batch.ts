import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { checkAlive } from './check-alive.js';
import { invalidArgument } from './errors.js';
import { checkFloat32 } from './internal/check-float32.js';

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
 * @throws MixError `SHAPE`, `DTYPE` or `BATCH_SIZE`; `INVALID_ARGUMENT` for disposed ones.
 */
export function checkBatch(where: string, batch: Batch): void {
  const { images, labels } = batch;
  const shape = [...images.shape];
  if (shape.length !== 4 || shape[0] === 0) {
    throw invalidArgument(where, 'images', 'be [B,H,W,C] of at least one row', shape, { code: 'SHAPE' });
  }
  checkAlive(where, 'images', images);
  checkAlive(where, 'labels', labels);
  checkFloat32(where, 'images', images);
  const wanted = [undefined, 'int32', 'float32'][labels.rank];
  if (labels.dtype !== wanted) {
    const received = `${labels.dtype} [${labels.shape}]`;
    throw invalidArgument(where, 'labels', 'be int32 [B] or float32 [B,classes]', received, {
      code: wanted ? 'DTYPE' : 'SHAPE',
    });
  }
  if (shape[0] !== labels.shape[0]) {
    throw invalidArgument(where, 'labels', `have ${shape[0]} rows, as images have`, labels.shape, {
      code: 'BATCH_SIZE',
    });
  }
}

/**
 * {@link checkBatch} for a classifier of so many classes, before anything is run.
 *
 * @param where Name of the public function that was called.
 * @param batch The batch to check; only shapes and dtypes are looked at.
 * @param numClasses Classes that labels `[B,classes]` must have.
 * @throws MixError `SHAPE`, `DTYPE` or `BATCH_SIZE`; `INVALID_ARGUMENT` for disposed ones.
 */
export function checkBatchOfClasses(where: string, batch: Batch, numClasses: number): void {
  checkBatch(where, batch);
  const { labels } = batch;
  if (labels.rank === 1 || labels.shape[1] === numClasses) return;
  throw invalidArgument(where, 'labels', `be int32 [B] or float32 [B,${numClasses}]`, labels.shape, {
    code: 'SHAPE',
  });
}
