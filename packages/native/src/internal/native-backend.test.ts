import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeNative } from '../../test/on-native.js';
import type { NativeMemory } from './native-backend.js';

const held = (): number => (tf.memory() as unknown as NativeMemory).numBytesHeld;
const big = 4000;

describeNative('NativeBackend', () => {
  let before: ReturnType<typeof tf.memory>;
  beforeEach(() => {
    before = tf.memory();
  });
  afterEach(() => {
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    expect({ numTensors, numDataBuffers, numBytes }).toEqual({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
      numBytes: before.numBytes,
    });
  });

  it('keeps nothing of the arrays that users give', () => {
    for (const size of [3, big]) {
      const given = new Float32Array(size).fill(1);
      const x = tf.tensor1d(given);
      given.fill(2);
      expect(x.dataSync().every((value) => value === 1)).toBe(true);
      x.dispose();
      expect(given.every((value) => value === 2)).toBe(true);
    }
  });

  it('gives arrays that stay as they are when the tensor is gone and its memory used again', async () => {
    const x = tf.range(0, big);
    const [sync, awaited, buffer] = [x.dataSync(), await x.data(), await x.buffer()];
    x.dispose();
    const others = [tf.fill([big], -1), tf.fill([big], -1), tf.fill([big], -1), tf.fill([big], -1)];
    for (const values of [sync, awaited, buffer.values]) {
      expect(values[0]).toBe(0);
      expect(values[big - 1]).toBe(big - 1);
    }
    sync.fill(5);
    expect(others[0]?.dataSync()[7]).toBe(-1);
    tf.dispose(others);
  });

  it('frees memory when the last tensor over it goes, and not before', () => {
    const heldBefore = held();
    const base: tf.Tensor = tf.range(0, big);
    const clone = tf.clone(base);
    const reshaped = tf.reshape(base, [big / 100, 100]);
    const variable = tf.variable(base);
    base.dispose();
    const noise = tf.fill([big], -1);
    const next = tf.add(variable, 1);
    variable.assign(next);
    next.dispose();
    for (const tensor of [clone, reshaped]) {
      const values = tensor.dataSync();
      expect([values[0], values[big - 1]]).toEqual([0, big - 1]);
    }
    expect(variable.dataSync()[0]).toBe(1);
    expect(held()).toBeGreaterThanOrEqual(heldBefore);
    tf.dispose([clone, reshaped, variable, noise]);
  });

  it('keeps what tidy keeps', () => {
    const [kept, returned] = tf.tidy(() => {
      const x = tf.keep(tf.fill([big], 3));
      return [x, tf.mul(x, 2)] as const;
    }) as unknown as [tf.Tensor, tf.Tensor];
    tf.dispose(tf.fill([big], -1));
    expect([kept.dataSync()[5], returned.dataSync()[5]]).toEqual([3, 6]);
    tf.dispose([kept, returned]);
  });

  // Kernels of the CPU backend whose result may lie in the memory of their input, or that make several results.
  it.each<[string, (x: tf.Tensor1D) => tf.Tensor | tf.Tensor[]]>([
    ['slice', (x) => tf.slice(x, 10, big - 20)],
    ['split', (x) => tf.split(x, 4)],
    ['unstack', (x) => tf.unstack(tf.reshape(x, [4, big / 4]))],
    ['stridedSlice', (x) => tf.stridedSlice(x, [1], [big], [1])],
    ['reshape', (x) => tf.reshape(x, [100, big / 100])],
    ['cast', (x) => tf.cast(x, 'float32')],
    ['expandDims', (x) => tf.expandDims(x)],
    ['real and imag', (x) => [tf.real(tf.complex(x, x)), tf.imag(tf.complex(x, x))]],
    ['unique', (x) => tf.unique(x).values],
    ['reverse', (x) => tf.reverse(x)],
    ['topk', (x) => tf.topk(x, 5).values],
    ['searchSorted', (x) => tf.searchSorted(x, [3, 5])],
    ['fft', (x) => tf.real(tf.spectral.fft(tf.complex(tf.slice(x, 0, 1024), tf.zeros([1024]))))],
  ])('lets %s outlive its input', (_name, compute) => {
    const x = tf.range(0, big);
    const outputs = tf.tidy(() => compute(x));
    const list = Array.isArray(outputs) ? outputs : [outputs];
    const expected = list.map((tensor) => tensor.dataSync());
    x.dispose();
    const noise = Array.from({ length: 8 }, () => tf.fill([big], -7));
    for (const [i, tensor] of list.entries()) expect(tensor.dataSync()).toEqual(expected[i]);
    tf.dispose([list, noise]);
  });

  it('lets input outlive output', () => {
    const x = tf.range(0, big);
    tf.dispose(tf.tidy(() => [tf.slice(x, 10, 1000), tf.reshape(x, [-1, 10]), tf.clone(x)]));
    const noise = tf.fill([big], -1);
    expect(x.dataSync()[big - 1]).toBe(big - 1);
    tf.dispose([x, noise]);
  });

  it('throws for a tensor that is gone', () => {
    const x = tf.fill([big], 1);
    x.dispose();
    expect(() => x.dataSync()).toThrow('disposed');
    expect(() => tf.relu(x)).toThrow();
    x.dispose();
  });

  it('holds strings, booleans and complex numbers', () => {
    tf.tidy(() => {
      const words = tf.tensor(['a', 'β', '']);
      expect(words.dataSync()).toEqual(['a', 'β', '']);
      expect(tf.concat([words, words]).dataSync()).toEqual(['a', 'β', '', 'a', 'β', '']);
      const flags = tf.tensor1d([true, false, true], 'bool');
      expect([...tf.logicalNot(flags).dataSync()]).toEqual([0, 1, 0]);
      const z = tf.complex(tf.fill([big], 2), tf.fill([big], 3));
      expect(Array.from(tf.mul(z, z).dataSync().slice(0, 2))).toEqual([-5, 12]);
    });
  });

  it('takes tensors of another backend and gives them back', async () => {
    const array = new Float32Array(big).fill(4);
    await tf.setBackend('cpu');
    const onCpu = tf.tensor1d(array);
    const z = tf.complex([1, 2], [3, 4]);
    const words = tf.tensor1d(['x', 'y'], 'string');
    await tf.setBackend('native');
    const sum = tf.tidy(() => {
      expect(Array.from(tf.add(z, z).dataSync())).toEqual([2, 6, 4, 8]);
      expect(tf.concat([words, words]).dataSync()).toEqual(['x', 'y', 'x', 'y']);
      return tf.add(onCpu, 1);
    });
    array.fill(9);
    expect([onCpu.dataSync()[3], sum.dataSync()[3]]).toEqual([4, 5]);
    await tf.setBackend('cpu');
    const back = tf.add(sum, 1);
    await tf.setBackend('native');
    tf.dispose([sum, tf.fill([big], -1)]);
    expect(back.dataSync()[big - 1]).toBe(6);
    tf.dispose([onCpu, z, words, back]);
  });

  it('holds no more after 20,000 operations than after 2,000', () => {
    const rounds = (count: number): number => {
      for (let i = 0; i < count; i++) {
        tf.tidy(() => {
          const x = tf.fill([1 + (i % 7), 300 + (i % 50), 16], i);
          return tf.sum(tf.relu(tf.add(x, tf.mul(x, 2)))).dataSync()[0];
        });
      }
      return held();
    };
    const warm = rounds(400);
    expect(rounds(3600)).toBeLessThanOrEqual(warm);
  });

  it('fails without harm where there is no memory', () => {
    const [column, row] = [tf.ones([2 ** 22, 1]), tf.ones([1, 2 ** 22])];
    const heldBefore = held();
    expect(() => tf.add(column, row)).toThrow('there is no memory for a tensor of 70368744177664 bytes');
    expect(held()).toBe(heldBefore);
    expect(tf.tidy(() => tf.sum(column).dataSync()[0])).toBe(2 ** 22);
    tf.dispose([column, row]);
  });
});
