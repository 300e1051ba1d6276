import { scaledSoftmax } from '@mix/core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

// Products of d such numbers stay far below float32's largest, 3.4e38.
const LARGEST = 1e12;

/**
 * `softmax(query · keyᵀ)`: rows are the query's positions. Numbers beyond 1e12 count as that, so that all is finite.
 *
 * @param query `[N,P,d]`, already scaled; borrowed.
 * @param key `[N,P,d]`, borrowed.
 * @returns `[N,P,P]`, new.
 */
export function attentionWeights(query: Tensor3D, key: Tensor3D): Tensor3D {
  return tf.tidy(() => {
    const turned = tf.transpose(bounded(key), [0, 2, 1]);
    return scaledSoftmax(tf.matMul(bounded(query), turned), 1);
  });
}

/**
 * `softmax(query · keyᵀ) · value` for values of one channel, `[N,P,1]`. Its gradient, `dS_ij = T_ij · dG_i · (v_j − G_i)` at the scores S,
 * is never written out: its products with keys and queries come from products of the attention T itself.
 *
 * @param query `[N,P,d]`, already scaled; borrowed.
 * @param key `[N,P,d]`, borrowed.
 * @param value `[N,P,1]`, borrowed.
 * @returns A new tensor, differentiable once by all three.
 */
export function attend(query: Tensor3D, key: Tensor3D, value: Tensor3D): Tensor3D {
  const op = tf.customGrad((...inputs) => {
    const [q, k, v, save] = inputs as unknown as [Tensor3D, Tensor3D, Tensor3D, tf.GradSaveFunc];
    const weights = attentionWeights(q, k);
    const output = tf.matMul(weights, v) as Tensor3D;
    save([q, k, v, weights, output]);
    return {
      value: output,
      gradFunc: (dy: Tensor3D, saved: tf.Tensor[]) => gradients(dy, saved as Saved),
    };
  });
  return op(query, key, value) as Tensor3D;
}

type Saved = [query: Tensor3D, key: Tensor3D, value: Tensor3D, weights: Tensor3D, output: Tensor3D];

function gradients(dy: Tensor3D, [query, key, value, weights, output]: Saved): Tensor3D[] {
  const width = query.shape[2];
  // Rows of weights sum to 1, so a constant may be taken off values and outputs: differences of small numbers lose less.
  const centre = tf.mean(value, 1, true);
  const values = tf.sub(value, centre) as Tensor3D;
  const outputs = tf.sub(output, centre) as Tensor3D;
  const seen = tf.matMul(weights, tf.concat([tf.mul(values, key), key], 2)) as Tensor3D;
  const [valuedKeys, keys] = tf.split(seen, 2, 2) as [Tensor3D, Tensor3D];
  const dQuery = tf.mul(dy, tf.sub(valuedKeys, tf.mul(outputs, keys))) as Tensor3D;
  const scaled = tf.mul(dy, query);
  const from = tf.concat([scaled, tf.mul(outputs, scaled), dy], 2) as Tensor3D;
  // The transposed product, with the small matrices transposed in place of the large one.
  const back = tf.transpose(tf.matMul(tf.transpose(from, [0, 2, 1]), weights), [0, 2, 1]) as Tensor3D;
  const [plain, offset, dValue] = tf.split(back, [width, width, 1], 2) as [Tensor3D, Tensor3D, Tensor3D];
  const dKey = tf.sub(tf.mul(values, plain), offset) as Tensor3D;
  // A vector added to every key changes nothing, so its gradient is 0: take off what rounding left of it.
  return [dQuery, tf.sub(dKey, tf.mean(dKey, 1, true)), dValue];
}

function bounded(x: Tensor3D): Tensor3D {
  return tf.clipByValue(x, -LARGEST, LARGEST);
}
