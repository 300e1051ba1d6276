import { checkRange, invalidArgument, restoreRng } from '@mix/core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SoftCropPlan } from '../soft-crop.js';
import { isFields, isNumbers } from './check-plan.js';

/** Shows each image through a window off by its offset, and where it is seen. Copies only: one gather over whole pixels. */
export function moveWindows(
  images: Tensor4D,
  { offsets, background }: SoftCropPlan,
  masks: boolean,
): { images: Tensor4D; seen: Tensor4D | undefined } {
  const [size, height, width, channels] = images.shape;
  const pixels = size * height * width;
  const index = new Int32Array(pixels);
  const seen = new Float32Array(masks ? pixels : 0);
  let position = 0;
  for (const [row, [down, across]] of offsets.entries()) {
    for (let y = down; y < height + down; y++) {
      for (let x = across; x < width + across; x++) {
        const inside = y >= 0 && y < height && x >= 0 && x < width;
        // Behind the pixels lie the colours, one a row.
        index[position] = inside ? (row * height + y) * width + x : pixels + row;
        if (masks && inside) seen[position] = 1;
        position++;
      }
    }
  }
  const colours = coloursOf(background, size, channels);
  const moved = tf.tidy(() => {
    const all = tf.concat([tf.reshape(images, [pixels, channels]), tf.tensor2d(colours, [size, channels])]);
    return tf.reshape(tf.gather(all, tf.tensor1d(index, 'int32')), [
      size,
      height,
      width,
      channels,
    ]) as Tensor4D;
  });
  return { images: moved, seen: masks ? tf.tensor4d(seen, [size, height, width, 1]) : undefined };
}

function coloursOf(background: SoftCropPlan['background'], size: number, channels: number): number[][] {
  if (isFields(background)) {
    checkRange('applySoftCrop', 'plan.background.deviation', background.deviation, 0, Number.MAX_VALUE);
    const source = restoreRng(background.stream);
    return Array.from({ length: size }, (_, row) => {
      const own = source.fork(row);
      return Array.from({ length: channels }, () => own.normal(0, background.deviation));
    });
  }
  const colours = Array.isArray(background) && background.length === size;
  if (!colours || !background.every((colour) => isNumbers(colour, channels, 'any'))) {
    const rule = `be ${size} colours of ${channels} channels`;
    throw invalidArgument('applySoftCrop', 'plan.background', rule, background);
  }
  return background.map((colour) => [...colour]);
}
