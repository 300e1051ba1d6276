import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { unitSoftmax } from './internal/unit-softmax.js';

/**
 * The uncertainty of images by class: softmax of a dense layer, each row divided by its L2 norm.
 *
 * @param embedding Pooled features `[B,D]`, borrowed.
 * @param weight `[D,classes]`, borrowed.
 * @param bias `[classes]`, borrowed.
 * @returns `[B,classes]`, new: rows of norm 1, entries in `(0,1]`. Differentiable by all three.
 */
export function uncertainty(embedding: Tensor2D, weight: Tensor2D, bias: Tensor): Tensor2D {
  return tf.tidy(() => unitSoftmax(tf.add(tf.matMul(embedding, weight), bias)));
}
