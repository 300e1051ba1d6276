import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose, expectNoLeak, useWasm } from '../../test/backends.js';
import { runKernel } from '../../test/run-kernel.js';
import { values } from '../../test/values.js';

beforeAll(useWasm);

interface Case {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  readonly size: number;
  /** Kinds of bias; 0: none. */
  readonly kinds: number;
}

const scale = 0.7;

function composed({ heads, size, tokens, kinds }: Case) {
  return (qkv: tf.Tensor, bias?: tf.Tensor): tf.Tensor[] => {
    const packed = tf.reshape(qkv, [-1, tokens, 3, heads, size]);
    const [query, key, value] = tf.unstack(tf.transpose(packed, [2, 0, 3, 1, 4])) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const products = tf.mul(tf.matMul(query, key, false, true), scale);
    const grouped = tf.reshape(products, [-1, Math.max(1, kinds), heads, tokens, tokens]);
    const weights = tf.softmax(tf.reshape(bias ? tf.add(grouped, bias) : grouped, products.shape));
    const output = tf.transpose(tf.matMul(weights, value), [0, 2, 1, 3]);
    return [tf.reshape(output, [-1, tokens, heads * size]), weights];
  };
}

const tensor = (seed: number, ...shape: number[]): tf.Tensor =>
  tf.tensor(values(tf.util.sizeFromShape(shape), seed), shape);

function given({ batch, tokens, heads, size, kinds }: Case) {
  const qkv = tf.mul(tensor(1, batch, tokens, 3 * heads * size), 3);
  const bias = kinds > 0 ? tensor(2, kinds, heads, tokens, tokens) : undefined;
  const dOutput = tensor(3, batch, tokens, heads * size);
  return { qkv, bias, dOutput, dWeights: tensor(4, batch, heads, tokens, tokens) };
}

function gradients(shape: Case, inputs: object): tf.Tensor[] {
  return runKernel('MixAttentionGrad', inputs, { heads: shape.heads, scale, kinds: shape.kinds });
}

const cases: Case[] = [
  { batch: 1, tokens: 1, heads: 1, size: 1, kinds: 0 },
  { batch: 3, tokens: 5, heads: 2, size: 3, kinds: 0 },
  { batch: 2, tokens: 17, heads: 3, size: 8, kinds: 1 },
  { batch: 4, tokens: 9, heads: 2, size: 12, kinds: 2 },
  { batch: 0, tokens: 3, heads: 1, size: 2, kinds: 0 },
];

describe('attention', () => {
  it.each(cases)('of %j has the value and gradients of plain operations', (shape) => {
    tf.tidy(() => {
      const { qkv, bias, dOutput, dWeights } = given(shape);
      const attend = composed(shape);
      const got = runKernel('MixAttention', { qkv, ...(bias && { bias }) }, { heads: shape.heads, scale });
      const wanted = attend(qkv, bias);
      const total = (x: tf.Tensor, added?: tf.Tensor): tf.Scalar => {
        const [output, weights] = attend(x, added) as [tf.Tensor, tf.Tensor];
        return tf.add(tf.sum(tf.mul(output, dOutput)), tf.sum(tf.mul(weights, dWeights)));
      };
      const slopes = tf.grads(total)(bias ? [qkv, bias] : [qkv]);
      const inputs = { qkv, weights: got[1], dOutput, dWeights };
      for (const [index, one] of [...got, ...gradients(shape, inputs)].entries()) {
        const other = [...wanted, ...slopes][index] as tf.Tensor;
        expect(one.shape).toEqual(other.shape);
        expectClose(one.dataSync(), other.dataSync(), 3e-5);
      }
    });
  });

  it('takes a gradient that is not given for zeros', () => {
    tf.tidy(() => {
      const shape = { batch: 2, tokens: 5, heads: 2, size: 3, kinds: 1 };
      const { qkv, bias, dOutput, dWeights } = given(shape);
      const [, weights] = runKernel('MixAttention', { qkv, bias }, { heads: 2, scale });
      const shared = { qkv, weights };
      const apart = [{ dOutput }, { dWeights }].map((one) => gradients(shape, { ...shared, ...one }));
      const together = gradients(shape, { ...shared, dOutput, dWeights });
      for (const [index, whole] of together.entries()) {
        const sum = tf.add(apart[0]?.[index] as tf.Tensor, apart[1]?.[index] as tf.Tensor);
        expectClose(sum.dataSync(), whole.dataSync());
      }
    });
  });

  it('keeps NaN to its image and head', () => {
    const { qkv } = given({ batch: 2, tokens: 5, heads: 2, size: 3, kinds: 0 });
    const broken = tf.tensor(qkv.dataSync().with(1, Number.NaN), qkv.shape);
    const [output] = runKernel('MixAttention', { qkv: broken }, { heads: 2, scale });
    const bad = [...(output as tf.Tensor).dataSync()].flatMap((value, at) =>
      Number.isNaN(value) ? [at] : [],
    );
    expect(bad).toEqual([0, 1, 2]);
  });

  it('leaves nothing behind', () => {
    const shape = { batch: 2, tokens: 9, heads: 2, size: 4, kinds: 1 };
    const { qkv, bias, dWeights } = given(shape);
    expectNoLeak(() => {
      const [output, weights] = runKernel('MixAttention', { qkv, bias }, { heads: 2, scale });
      return [output as tf.Tensor, ...gradients(shape, { qkv, weights, dWeights })];
    });
  });
});
