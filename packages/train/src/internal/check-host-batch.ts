import { type HostBatch, invalidArgument } from '@mix/core';

/** Throws unless the parts of a batch have the lengths that its shape says, before any is uploaded. */
export function checkHostBatch(where: string, { images, shape, labels }: HostBatch): void {
  const [size] = shape;
  const bytes = shape.reduce((product, side) => product * side, 1);
  if (images.length !== bytes) {
    throw invalidArgument(where, 'images', `hold ${bytes} bytes, for [${shape}]`, images.length, {
      code: 'SHAPE',
    });
  }
  const isSoft = labels instanceof Float32Array;
  if (!isSoft && !(labels instanceof Int32Array)) {
    const rule = 'be an Int32Array of classes, or a Float32Array of values for each class';
    const received = Object.prototype.toString.call(labels);
    throw invalidArgument(where, 'labels', rule, received, { code: 'DTYPE' });
  }
  if (isSoft ? labels.length === 0 || labels.length % size !== 0 : labels.length !== size) {
    const rule = isSoft
      ? `hold as many values for each of ${size} images`
      : `hold a class for each of ${size} images`;
    throw invalidArgument(where, 'labels', rule, labels.length, { code: 'BATCH_SIZE' });
  }
}
