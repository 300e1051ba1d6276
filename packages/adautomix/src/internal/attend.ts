import { scaledSoftmax } from '@mix/core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Attention to a value of one channel: `T = softmax(query · keyᵀ)`, `G = T · value`.
 *
 * The gradient by the scores, `T_ij · dG_i · (value_j − G_i)`, is formed from G itself, so that neither the gradient by T nor the scores
 * are kept.
 *
 * @param query `[B,P,d]`, already scaled.
 * @param key `[B,P,d]`.
 * @param value `[B,P,1]`.
 * @returns `[B,P,1]`.
 */
export function attend(query: Tensor3D, key: Tensor3D, value: Tensor3D): Tensor3D {
  const forward = tf.customGrad((...inputs) => {
    const [q, k, v, save] = inputs as unknown as [Tensor3D, Tensor3D, Tensor3D, tf.GradSaveFunc];
    const weights = attentionWeights(q, k);
    const output = tf.matMul(weights, v) as Tensor3D;
    save([q, k, v, weights, output]);
    return { value: output, gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(dy as Tensor3D, saved) };
  });
  return forward(query, key, value) as Tensor3D;
}

/** `softmax(query · keyᵀ)` over the keys, `[B,P,P]`. */
export function attentionWeights(query: Tensor3D, key: Tensor3D): Tensor3D {
  return scaledSoftmax(tf.matMul(query, key, false, true) as Tensor3D, 1);
}

function gradients(dy: Tensor3D, saved: readonly Tensor[]): Tensor[] {
  const [query, key, value, weights, output] = saved as [Tensor3D, Tensor3D, Tensor3D, Tensor3D, Tensor3D];
  const left = tf.concat([dy, tf.neg(tf.mul(dy, output))], 2);
  const right = tf.concat([value, tf.onesLike(value)], 2);
  const dScores = tf.mul(weights, tf.matMul(left, right, false, true)) as Tensor3D;
  return [
    tf.matMul(dScores, key),
    tf.matMul(dScores, query, true, false),
    tf.matMul(weights, dy, true, false),
  ];
}
