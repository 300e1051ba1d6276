import { createRng } from '@mix/core';
import { testedBackends, useBackend } from '@mix/test-utils';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createLinear } from './linear.js';
import { ParameterStore } from './parameter-store.js';

function build(deviation?: number) {
  const store = new ParameterStore();
  const sizes = { inSize: 400, outSize: 20, ...(deviation !== undefined && { deviation }) };
  const linear = createLinear({ store, rng: createRng(0) }, 'fc', sizes);
  const { 'fc.weight': weight, 'fc.bias': bias } = store.variables() as Record<string, tf.Variable>;
  return { linear, weight: weight as tf.Variable, bias: bias as tf.Variable };
}

describe.each(testedBackends('cpu', 'wasm'))('createLinear on %s', (backend) => {
  useBackend(backend);

  it('has the value and the gradients of a matrix product with bias', () => {
    tf.tidy(() => {
      const rng = createRng(1);
      const noise = (rows: number, columns: number) =>
        tf.tensor2d(
          Array.from({ length: rows * columns }, () => rng.normal()),
          [rows, columns],
        );
      const { linear, weight, bias } = build();
      const [x, outer] = [noise(30, 400), noise(30, 20)];
      const [dx, dWeight, dBias] = tf.grads((input) => tf.sum(tf.mul(linear(input as tf.Tensor2D), outer)))([
        x,
        weight,
        bias,
      ]) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const product = (a: tf.Tensor2D, b: tf.Tensor2D) => {
        const [rows, columns] = [a.arraySync(), tf.transpose(b).arraySync() as number[][]];
        return rows.map((row) => columns.map((column) => row.reduce((sum, v, i) => sum + v * column[i]!, 0)));
      };
      const biases = bias.dataSync();
      const wanted = product(x, weight as tf.Tensor as tf.Tensor2D);
      expectClose(
        linear(x),
        wanted.flatMap((row) => row.map((value, column) => value + biases[column]!)),
      );
      expectClose(dx, product(outer, tf.transpose(weight) as tf.Tensor2D).flat());
      expectClose(dWeight, product(tf.transpose(x), outer).flat());
      expectClose(dBias, product(tf.ones([1, 30]), outer).flat());
    });
  });

  it("starts at PyTorch's default, or normal with bias 0", () => {
    const uniform = build();
    expect(tf.max(tf.abs(uniform.weight)).arraySync()).toBeCloseTo(1 / 20, 3);
    expect(tf.max(tf.abs(uniform.bias)).arraySync()).toBeGreaterThan(0.04);
    const normal = build(0.02);
    expect(tf.moments(normal.weight).variance.arraySync() as number).toBeCloseTo(4e-4, 5);
    expect(tf.max(tf.abs(normal.bias)).arraySync()).toBe(0);
  });
});

function expectClose(tensor: tf.Tensor, wanted: readonly number[]): void {
  const worst = Math.max(...Array.from(tensor.dataSync(), (value, i) => Math.abs(value - wanted[i]!)));
  expect(tensor.size).toBe(wanted.length);
  expect(worst).toBeLessThan(1e-4);
}
