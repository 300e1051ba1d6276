import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, testedBackends } from '../test/use-backend.js';
import { attention } from './attention.js';
import { gelu } from './gelu.js';
import { layerNorm } from './layer-norm.js';
import { createRng } from './rng.js';
import { scaledSoftmax } from './scaled-softmax.js';

type Named = Record<string, tf.Tensor>;
type Attributes = {
  readonly epsilon: number;
  readonly scale: number;
  readonly heads: number;
  readonly kinds: number;
};

/** Runs an op under test on its inputs; the results, of which some may be an op's second output. */
interface FusedOp {
  readonly shapes: readonly number[][];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor[];
  /** The same in doubles, row by row as the formula is written. */
  readonly reference: (...inputs: number[][]) => number[][];
  readonly kernel: string;
  /** Stand-ins for a backend's fused kernels: forward, and backward from the inputs of its contract. */
  readonly forward: (inputs: Named, attributes: Attributes) => tf.Tensor[];
  readonly backward: (inputs: Named, attributes: Attributes) => tf.Tensor[];
}

const heads = 2;
const [N, D] = [3, 2];
const CHANNELS = 5;
const SCALE = 0.7;

const ops: Record<string, FusedOp> = {
  layerNorm: {
    shapes: [[2, 3, CHANNELS], [CHANNELS], [CHANNELS]],
    run: (x, scale, offset) => [
      layerNorm({ x: x!, scale: scale as tf.Tensor1D, offset: offset as tf.Tensor1D, epsilon: 1e-3 }),
    ],
    reference: (x, scale, offset) => [
      x!.map((value, index) => {
        const row = x!.slice(index - (index % CHANNELS)).slice(0, CHANNELS);
        const mean = sum(row) / CHANNELS;
        const variance = sum(row.map((v) => (v - mean) ** 2)) / CHANNELS;
        const c = index % CHANNELS;
        return (scale![c]! * (value - mean)) / Math.sqrt(variance + 1e-3) + offset![c]!;
      }),
    ],
    kernel: 'MixLayerNorm',
    forward: ({ x, scale, offset }, { epsilon }) => {
      const { mean, variance } = tf.moments(x!, 2, true);
      const normal = tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, epsilon)));
      return [tf.add(tf.mul(normal, scale!), offset!), tf.squeeze(mean, [2]), tf.squeeze(variance, [2])];
    },
    backward: ({ dy, x, scale, mean, variance }, { epsilon }) => {
      const deviation = tf.expandDims(tf.sqrt(tf.add(variance!, epsilon)), 2);
      const normal = tf.div(tf.sub(x!, tf.expandDims(mean!, 2)), deviation);
      const g = tf.mul(dy!, scale!);
      const along = tf.mul(normal, tf.mean(tf.mul(g, normal), 2, true));
      const dx = tf.div(tf.sub(tf.sub(g, tf.mean(g, 2, true)), along), deviation);
      return [dx, tf.sum(tf.mul(dy!, normal), [0, 1]), tf.sum(dy!, [0, 1])];
    },
  },
  gelu: {
    shapes: [[4, 6]],
    run: (x) => [gelu(x!)],
    reference: (x) => [x!.map((value) => value * normalCdf(value))],
    kernel: 'MixGelu',
    forward: ({ x }) => [mapped(x!, (value) => value * normalCdf(value))],
    backward: ({ dy, x }) => {
      const density = (value: number) => Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI);
      return [
        tf.mul(
          dy!,
          mapped(x!, (value) => normalCdf(value) + value * density(value)),
        ),
      ];
    },
  },
  scaledSoftmax: {
    shapes: [[2, 2, 4]],
    run: (x) => [scaledSoftmax(x!, SCALE)],
    reference: (x) => [rowsOf(x!, 4).flatMap((row) => softmax(row, SCALE))],
    kernel: 'MixScaledSoftmax',
    forward: ({ x }, { scale }) => [tf.softmax(tf.mul(x!, scale))],
    backward: ({ dy, y }, { scale }) => [softmaxGradient(dy!, y!, scale)],
  },
  attention: attentionOp(1),
  'attention with a bias for each of two windows': attentionOp(2),
};

/** Attention of `windows` images; of one without a bias. */
function attentionOp(windows: number): FusedOp {
  const batch = 2 * windows;
  return {
    shapes: [[batch, N, 3 * heads * D], ...(windows === 1 ? [] : [[windows, heads, N, N]])],
    run: (qkv, bias) => {
      const options = { heads, scale: SCALE, ...(bias && { bias: bias as tf.Tensor4D }) };
      const { output, weights } = attention(qkv as tf.Tensor3D, options);
      return [output, weights];
    },
    reference: (qkv, bias) => {
      // part 0, 1, 2: query, key, value of token n in head h.
      const at = (b: number, n: number, part: number, h: number) => {
        const start = (b * N + n) * 3 * heads * D + (part * heads + h) * D;
        return qkv!.slice(start, start + D);
      };
      const output = new Array<number>(batch * N * heads * D).fill(0);
      const weights: number[] = [];
      for (let b = 0; b < batch; b++) {
        for (let h = 0; h < heads; h++) {
          for (let i = 0; i < N; i++) {
            const added = (j: number) => bias?.[(((b % windows) * heads + h) * N + i) * N + j] ?? 0;
            const products = count(N).map((j) => SCALE * dot(at(b, i, 0, h), at(b, j, 1, h)) + added(j));
            const row = softmax(products, 1);
            weights.push(...row);
            for (let d = 0; d < D; d++) {
              const taken = row.map((weight, j) => weight * at(b, j, 2, h)[d]!);
              output[((b * N + i) * heads + h) * D + d] = sum(taken);
            }
          }
        }
      }
      return [output, weights];
    },
    kernel: 'MixAttention',
    forward: ({ qkv, bias }, { heads, scale }) => {
      const [query, key, value] = headsOf(qkv!, heads);
      const products = tf.mul(tf.matMul(query!, key!, false, true), scale);
      const repeated = bias && tf.tile(bias, [qkv!.shape[0]! / bias.shape[0]!, 1, 1, 1]);
      const weights = tf.softmax(tf.add(products, repeated ?? 0));
      const mixed = tf.transpose(tf.matMul(weights, value!), [0, 2, 1, 3]);
      return [tf.reshape(mixed, [-1, N, heads * D]), weights];
    },
    backward: ({ dOutput, dWeights, qkv, weights }, { heads, scale, kinds }) => {
      const [query, key, value] = headsOf(qkv!, heads);
      const images = qkv!.shape[0]!;
      const given = dOutput ?? tf.zeros([images, N, heads * D]);
      const outer = tf.transpose(tf.reshape(given, [images, N, heads, D]), [0, 2, 1, 3]);
      const through = tf.add(tf.matMul(outer, value!, false, true), dWeights ?? 0);
      const dBias = softmaxGradient(through, weights!, 1);
      const products = tf.mul(dBias, scale);
      const parts = [
        tf.matMul(products, key!),
        tf.matMul(products, query!, true),
        tf.matMul(weights!, outer, true),
      ];
      const dQkv = tf.reshape(tf.transpose(tf.stack(parts), [1, 3, 0, 2, 4]), [images, N, 3 * heads * D]);
      return kinds === 0 ? [dQkv] : [dQkv, tf.sum(tf.reshape(dBias, [-1, kinds, heads, N, N]), 0)];
    },
  };
}

const calls: string[] = [];

// Several ops may run one kernel.
const kernels = new Map(Object.values(ops).map((op) => [op.kernel, op]));

function registerStandIns(): void {
  for (const { kernel, forward, backward } of kernels.values()) {
    for (const [kernelName, compute] of [[kernel, forward] as const, [`${kernel}Grad`, backward] as const]) {
      tf.registerKernel({
        kernelName,
        backendName: 'cpu',
        kernelFunc: ({ inputs, attrs }) => {
          calls.push(kernelName);
          const outputs = tf.tidy(() => compute(inputs as Named, attrs as unknown as Attributes));
          return outputs.length === 1 ? (outputs[0] as tf.Tensor) : outputs;
        },
      });
    }
  }
}

function unregisterStandIns(): void {
  for (const kernel of kernels.keys()) {
    for (const name of [kernel, `${kernel}Grad`]) tf.unregisterKernel(name, 'cpu');
    if (tf.getGradient(kernel) !== undefined) tf.unregisterGradient(kernel);
  }
}

describe.each([
  ...testedBackends('cpu', 'wasm').map((backend) => [backend, 'plain'] as const),
  // The stand-ins are registered for this one.
  ['cpu', 'fused'] as const,
])('on %s, %s', (backend, path) => {
  beforeAll(async () => {
    await startBackend(backend);
    if (path === 'fused') registerStandIns();
  });
  afterAll(() => {
    if (path === 'fused') unregisterStandIns();
  });

  describe.each(Object.entries(ops))('%s', (_, { shapes, run, reference, kernel }) => {
    const data = shapes.map((shape, index) => noise(shape, index + 1));
    const tensors = () => data.map((values, index) => tf.tensor(values, shapes[index]!));

    it('has the value of its formula', () => {
      tf.tidy(() => {
        const wanted = reference(...data);
        run(...tensors()).forEach((output, index) => expectClose(output, wanted[index]!, 1e-5));
      });
    });

    it('has the gradient of its formula by every input, through every output', () => {
      tf.tidy(() => {
        const weights = reference(...data).map((output, index) => noise([output.length], 9 + index));
        const total = (inputs: number[][]) =>
          sum(reference(...inputs).map((output, index) => dot(output, weights[index]!)));
        const gradients = tf.grads((...inputs: tf.Tensor[]) => {
          const sums = run(...inputs).map((output, index) =>
            tf.sum(tf.mul(tf.reshape(output, [-1]), tf.tensor1d(weights[index]!))),
          );
          return tf.addN(sums) as tf.Scalar;
        })(tensors());
        gradients.forEach((gradient, part) => {
          const wanted = data[part]!.map((_, index) => {
            const moved = (by: number) =>
              data.map((values, at) => (at === part ? values.with(index, values[index]! + by) : values));
            return (total(moved(1e-5)) - total(moved(-1e-5))) / 2e-5;
          });
          expectClose(gradient, wanted, 1e-5);
        });
      });
    });

    it('runs the fused kernels, where there are any, once each', () => {
      calls.length = 0;
      tf.tidy(() => void tf.grads((...inputs) => tf.sum(run(...inputs)[0]!))(tensors()));
      expect(calls).toEqual(path === 'fused' ? [kernel, `${kernel}Grad`] : []);
    });

    it('makes its outputs and nothing else, and leaks nothing from gradients', () => {
      const inputs = tensors();
      const before = tf.memory().numTensors;
      const outputs = run(...inputs);
      expect(tf.memory().numTensors).toBe(before + outputs.length);
      tf.dispose(outputs);
      for (let step = 0; step < 3; step++) {
        tf.dispose(tf.grads((...xs) => tf.tidy(() => tf.sum(run(...xs)[0]!)))(inputs));
      }
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(inputs);
    });
  });
});

describe('wrong inputs', () => {
  const float = (...shape: number[]) => tf.ones(shape);
  it.each<[string, () => unknown]>([
    [
      'layerNorm: scale must be float32 [3]; got "float32 [4]"',
      () => layerNorm({ x: float(2, 3), scale: tf.ones([4]), offset: tf.ones([3]) }),
    ],
    [
      'layerNorm: offset must be float32 [3]; got "float32 [1]"',
      () => layerNorm({ x: float(2, 3), scale: tf.ones([3]), offset: tf.ones([1]) }),
    ],
    ['gelu: x must be float32 [2]; got "int32 [2]"', () => gelu(tf.tensor1d([1, 2], 'int32'))],
    [
      'scaledSoftmax: x must be float32 [2]; got "int32 [2]"',
      () => scaledSoftmax(tf.tensor1d([1, 2], 'int32'), 1),
    ],
    [
      'attention: heads must be an integer of at least 1; got 0',
      () => attention(tf.ones([1, 2, 6]), { heads: 0 }),
    ],
    [
      'attention: bias must be float32 [1,2,3,3]; got "float32 [1,2,3,4]"',
      () => attention(tf.ones([2, 3, 12]), { heads: 2, bias: tf.ones([1, 2, 3, 4]) }),
    ],
    [
      'attention: bias must be [W,...], W dividing the batch of 3; got [2,2,3,3]',
      () => attention(tf.ones([3, 3, 12]), { heads: 2, bias: tf.ones([2, 2, 3, 3]) }),
    ],
    ['attention: qkv must be [B,N,3·2·D]; got [1,2,9]', () => attention(tf.ones([1, 2, 9]), { heads: 2 })],
  ])('say: %s', (message, action) => {
    expect(() => tf.tidy(() => void action())).toThrow(message);
  });

  it('attention scales by 1 / √D unless told otherwise', () => {
    tf.tidy(() => {
      const qkv = tf.tensor(noise([1, 3, 12], 1), [1, 3, 12]) as tf.Tensor3D;
      const told = attention(qkv, { heads: 2, scale: Math.SQRT1_2 }).output;
      expect(attention(qkv, { heads: 2 }).output.arraySync()).toEqual(told.arraySync());
    });
  });
});

function count(size: number): number[] {
  return Array.from({ length: size }, (_, index) => index);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return sum(a.map((value, index) => value * b[index]!));
}

function rowsOf(values: readonly number[], width: number): number[][] {
  return count(values.length / width).map((row) => values.slice(row * width, (row + 1) * width));
}

function softmax(row: readonly number[], scale: number): number[] {
  const powers = row.map((value) => Math.exp(scale * value));
  return powers.map((power) => power / sum(powers));
}

/** By Simpson's rule: 1e-10 within ±6. */
function normalCdf(x: number): number {
  const [steps, h] = [400, x / 400];
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  const inner = count(steps - 1).map((k) => (k % 2 === 0 ? 4 : 2) * density((k + 1) * h));
  return 0.5 + (h / 3) * (density(0) + sum(inner) + density(x));
}

function noise(shape: readonly number[], seed: number): number[] {
  const rng = createRng(seed);
  return count(shape.reduce((a, b) => a * b, 1)).map(() => Math.fround(rng.normal()));
}

function mapped(x: tf.Tensor, f: (value: number) => number): tf.Tensor {
  return tf.tensor(Array.from(x.dataSync(), f), x.shape);
}

function softmaxGradient(dy: tf.Tensor, y: tf.Tensor, scale: number): tf.Tensor {
  return tf.mul(tf.mul(y, tf.sub(dy, tf.sum(tf.mul(dy, y), -1, true))), scale);
}

function headsOf(qkv: tf.Tensor, heads: number): tf.Tensor[] {
  return tf.unstack(tf.transpose(tf.reshape(qkv, [-1, N, 3, heads, D]), [2, 0, 3, 1, 4]));
}

function expectClose(tensor: tf.Tensor, wanted: readonly number[], tolerance: number): void {
  const got = Array.from(tensor.dataSync());
  expect(got).toHaveLength(wanted.length);
  const worst = Math.max(...got.map((value, index) => Math.abs(value - wanted[index]!)));
  expect(worst).toBeLessThan(tolerance * Math.max(1, ...wanted.map(Math.abs)));
}
