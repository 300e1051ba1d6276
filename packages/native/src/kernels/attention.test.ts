import { attention } from '@mix/core';
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { expectGradient } from '../../../kernels/test/finite-differences.js';
import {
  describeNative,
  expectAsOnCpu,
  type Input,
  input,
  seededInput,
  tensorOf,
} from '../../test/on-native.js';

interface Case {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  readonly size: number;
  readonly scale?: number;
}

const cases: Case[] = [
  { batch: 1, tokens: 1, heads: 1, size: 1 },
  { batch: 2, tokens: 5, heads: 1, size: 3 },
  { batch: 1, tokens: 16, heads: 2, size: 16 },
  { batch: 3, tokens: 17, heads: 3, size: 7, scale: -2 },
  { batch: 4, tokens: 65, heads: 3, size: 64 },
  { batch: 1, tokens: 64, heads: 2, size: 33, scale: 0 },
  { batch: 2, tokens: 197, heads: 2, size: 24 },
  // More scores than are in work at once.
  { batch: 1, tokens: 700, heads: 1, size: 8 },
  { batch: 0, tokens: 4, heads: 2, size: 3 },
  { batch: 2, tokens: 0, heads: 2, size: 3 },
];

const biasedCases: (Case & { readonly kinds: number })[] = [
  { batch: 1, tokens: 1, heads: 1, size: 1, kinds: 1 },
  { batch: 6, tokens: 5, heads: 2, size: 3, scale: -2, kinds: 3 },
  { batch: 8, tokens: 49, heads: 2, size: 32, kinds: 4 },
  { batch: 2, tokens: 65, heads: 2, size: 16, kinds: 1 },
  { batch: 1, tokens: 300, heads: 1, size: 4, kinds: 1 },
  { batch: 0, tokens: 4, heads: 2, size: 3, kinds: 2 },
];

const inputOf = ({ batch, tokens, heads, size }: Case): Input => input(batch, tokens, 3 * heads * size);
const optionsOf = ({ heads, scale }: Case) => ({ heads, ...(scale !== undefined && { scale }) });

describeNative('attention', () => {
  for (const shape of cases) {
    const { batch, tokens, heads, size } = shape;
    const options = optionsOf(shape);
    const name = `of [${batch},${tokens}], ${heads} heads of ${size}`;
    const dOutput = seededInput(2, batch, tokens, heads * size);
    const dWeights = seededInput(3, batch, heads, tokens, tokens);
    const attend = (qkv: Tensor) => attention(qkv as Tensor3D, options);
    const [output, weights] = [(x: Tensor) => attend(x).output, (x: Tensor) => attend(x).weights];

    it(name, async () => {
      await expectAsOnCpu((qkv) => Object.values(attend(qkv)), [inputOf(shape)]);
    });

    it(`${name}: gradients through either output and both`, async () => {
      await expectAsOnCpu(
        (qkv, dy, dw) => {
          const both = (x: Tensor): Tensor =>
            tf.add(tf.sum(tf.mul(output(x), dy)), tf.sum(tf.mul(weights(x), dw)));
          return [tf.grad(output)(qkv, dy), tf.grad(weights)(qkv, dw), tf.grad(both)(qkv)];
        },
        [inputOf(shape), dOutput, dWeights],
        { tolerance: 3e-5 },
      );
    });
  }

  for (const { kinds, ...shape } of biasedCases) {
    const { batch, tokens, heads, size } = shape;
    it(`of [${batch},${tokens}], ${heads} heads of ${size}, with ${kinds} kinds of bias`, async () => {
      const attend = (qkv: Tensor, bias: Tensor) =>
        attention(qkv as Tensor3D, { ...optionsOf(shape), bias: bias as Tensor4D });
      await expectAsOnCpu(
        (qkv, bias, dy, dw) => {
          const both = (x: Tensor, y: Tensor): Tensor => {
            const { output, weights } = attend(x, y);
            return tf.add(tf.sum(tf.mul(output, dy)), tf.sum(tf.mul(weights, dw)));
          };
          return [...Object.values(attend(qkv, bias)), ...tf.grads(both)([qkv, bias])];
        },
        [
          inputOf(shape),
          seededInput(2, kinds, heads, tokens, tokens),
          seededInput(3, batch, tokens, heads * size),
          seededInput(4, batch, heads, tokens, tokens),
        ],
        { tolerance: 3e-5 },
      );
    });
  }

  it('keeps NaN and infinities to their image and head', async () => {
    const qkv = input(3, 5, 2 * 3 * 4);
    const values = Float32Array.from(qkv.values as Float32Array);
    values[3] = Number.NaN;
    values[5 * 24 + 14] = Number.POSITIVE_INFINITY;
    await expectAsOnCpu((x) => Object.values(attention(x as Tensor3D, { heads: 2 })), [{ ...qkv, values }], {
      allowFallback: true,
    });
  });

  it('has the gradient of its differences', () => {
    const both = (qkv: Tensor): Tensor => {
      const outputs = Object.values(attention(qkv as Tensor3D, { heads: 2 }));
      return tf.concat(outputs.map((output) => tf.reshape(output, [-1])));
    };
    const options = { step: 0.02, tolerance: 1e-3 };
    tf.tidy(() => expectGradient(both, [tensorOf(input(2, 9, 2 * 3 * 5))], options));
  });
});
