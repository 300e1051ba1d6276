import * as tf from '@tensorflow/tfjs-core';
import type { MixedBatch } from './mixer.js';

/** Disposes every tensor of a mixed batch; its plan stays readable. */
export function disposeMixed({ images, targets, sources, lam, masks }: Omit<MixedBatch, 'plan'>): void {
  tf.dispose([images, targets, sources, lam, masks ?? []]);
}
