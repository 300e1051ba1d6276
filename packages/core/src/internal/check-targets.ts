import type { Tensor2D } from '@tensorflow/tfjs-core';
import { invalidArgument } from '../errors.js';
import type { Targets } from '../targets.js';
import { checkFloat32 } from './check-float32.js';

/** Throws unless `targets` are of these logits `[B,classes]`: as many rows, dense ones as many classes. */
export function checkTargets(where: string, logits: Tensor2D, targets: Targets): void {
  checkFloat32(where, 'logits', logits);
  const [size, numClasses] = logits.shape;
  const rows = (targets.kind === 'dense' ? targets.values : targets.classes).shape[0];
  if (rows !== size) {
    throw invalidArgument(where, 'targets', `have as many rows as the logits, ${size}`, rows, {
      code: 'BATCH_SIZE',
    });
  }
  if (targets.kind === 'dense') {
    checkFloat32(where, 'targets.values', targets.values, [size, numClasses]);
    return;
  }
  const { classes, weights } = targets;
  if (classes.dtype !== 'int32') {
    throw invalidArgument(where, 'targets.classes', 'be int32', classes.dtype, { code: 'DTYPE' });
  }
  checkFloat32(where, 'targets.weights', weights, classes.shape);
}
