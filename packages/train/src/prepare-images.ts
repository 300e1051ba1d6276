import {
  type Batch,
  checkChoice,
  checkInteger,
  checkWindow,
  type HostBatch,
  invalidArgument,
  type Rng,
} from '@mix/core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { applyFlipCrop } from './apply-flip-crop.js';
import { applyResizedCrop } from './apply-resized-crop.js';
import { checkHostBatch } from './internal/check-host-batch.js';
import { type FlipCropOptions, planFlipCrop } from './plan-flip-crop.js';
import { planResizedCrop, type ResizedCropOptions } from './plan-resized-crop.js';

/** Brings a batch onto the device. With `rng` it augments (training), without it does not (evaluation). */
export type Prepare = (host: HostBatch, rng?: Rng) => Batch;

/** Options of {@link prepareImages}. */
export interface PrepareImagesOptions extends FlipCropOptions {
  /** Mean of each channel, in units where white is 1. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel, in the same units, above 0. */
  readonly std: readonly number[];
  /** Windows of random size and shape, made as large as the image, in place of the crop; `flip` mirrors them. Off by default. */
  readonly resizedCrop?: Omit<ResizedCropOptions, 'flip'>;
}

/**
 * Uploads uint8 images, mirrors and crops them if there is an `rng`, and normalises: `(x/255 − mean) / std`. As in the usual
 * torchvision pipeline black padding is black *before* the normalisation, so it ends as `−mean/std`, not as 0.
 *
 * @returns A function whose batch is new; the caller disposes it.
 * @throws MixError `INVALID_ARGUMENT`; the function throws `SHAPE` when `mean` does not fit the channels, and `SHAPE`, `DTYPE` or
 *   `BATCH_SIZE` for a batch whose arrays do not fit its shape.
 */
export function prepareImages({
  mean,
  std,
  flip = false,
  cropPadding = 0,
  padding = 'black',
  resizedCrop,
}: PrepareImagesOptions): Prepare {
  if (mean.length === 0 || !mean.every(Number.isFinite)) {
    throw invalidArgument('prepareImages', 'mean', 'be finite numbers, one a channel', mean);
  }
  if (std.length !== mean.length || !std.every((value) => Number.isFinite(value) && value > 0)) {
    throw invalidArgument('prepareImages', 'std', `be ${mean.length} finite numbers above 0`, std);
  }
  checkInteger('prepareImages', 'cropPadding', cropPadding);
  if (resizedCrop !== undefined && cropPadding > 0) {
    throw invalidArgument('prepareImages', 'cropPadding', 'be 0 with resizedCrop', cropPadding);
  }
  // What is drawn with is checked again; here before the first batch, and where nothing is drawn.
  checkChoice('prepareImages', 'padding', padding, ['black', 'reflect']);
  if (resizedCrop !== undefined) {
    const { interpolation = 'bilinear' } = resizedCrop;
    checkWindow('prepareImages', resizedCrop);
    checkChoice('prepareImages', 'resizedCrop.interpolation', interpolation, ['bilinear', 'bicubic']);
  }
  const scale = std.map((value) => 1 / (255 * value));
  const offset = mean.map((value, channel) => -value / (std[channel] as number));

  return (host, rng) => {
    const [size, height, width, channels] = host.shape;
    if (channels !== mean.length) {
      throw invalidArgument(
        'prepareImages',
        'images',
        `have ${mean.length} channels, as mean has`,
        host.shape,
        {
          code: 'SHAPE',
        },
      );
    }
    checkHostBatch('prepareImages', host);
    const shape = [size, height, width] as const;
    const cut = (raw: Tensor4D): Tensor4D => {
      if (rng === undefined) return raw;
      if (resizedCrop !== undefined) {
        return applyResizedCrop(raw, planResizedCrop(shape, rng, { ...resizedCrop, flip }));
      }
      if (!flip && cropPadding === 0) return raw;
      return applyFlipCrop(raw, planFlipCrop(shape, rng, { flip, cropPadding, padding }));
    };
    const images = tf.tidy(() => {
      // Converted on the host: an upload as int32 costs as many bytes, and a cast on top.
      const raw: Tensor4D = tf.tensor4d(new Float32Array(host.images), [size, height, width, channels]);
      // A whole image as the row that is broadcast: with rows of three channels WebAssembly took 45 times as long.
      const rows = tf.reshape(cut(raw), [size, height * width * channels]);
      const scaled = tf.mul(rows, repeated(scale, height * width));
      return tf.reshape(tf.add(scaled, repeated(offset, height * width)), raw.shape) as Tensor4D;
    });
    return { images, labels: labelTensor(host.labels, size) };
  };
}

/** `values` over and over, `times` times. */
function repeated(values: readonly number[], times: number): Tensor1D {
  const row = new Float32Array(values.length * times);
  for (let index = 0; index < row.length; index++) row[index] = values[index % values.length] as number;
  return tf.tensor1d(row);
}

function labelTensor(labels: HostBatch['labels'], size: number): Batch['labels'] {
  return labels instanceof Int32Array
    ? tf.tensor1d(labels.slice(), 'int32')
    : tf.tensor2d(labels.slice(), [size, labels.length / size], 'float32');
}
