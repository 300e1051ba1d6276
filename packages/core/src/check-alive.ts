import type { Tensor } from '@tensorflow/tfjs-core';
import { invalidArgument } from './errors.js';

/** Throws for a tensor that is disposed: tfjs would fail further on, by a property of undefined. */
export function checkAlive(where: string, argument: string, tensor: Tensor): void {
  if (tensor.isDisposed) throw invalidArgument(where, argument, 'not be disposed', tensor.shape);
}
