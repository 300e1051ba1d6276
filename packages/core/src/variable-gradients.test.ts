import '@tensorflow/tfjs-layers';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { useBackend } from '../test/use-backend.js';
import { variableGradients } from './variable-gradients.js';

useBackend('cpu');
afterEach(() => tf.disposeVariables());

const chain = (x: Tensor, length: number): Tensor =>
  length === 0 ? x : chain(tf.tanh(tf.add(tf.mul(x, 1.1), 0.1)), length - 1);

// Buffers, since tfjs counts the bytes of one buffer once for every tensor on it.
function peakBuffers(run: () => void): number {
  let peak = 0;
  const { backend } = tf.engine();
  const { disposeData } = backend;
  backend.disposeData = function (this: typeof backend, ...args: Parameters<typeof disposeData>): boolean {
    peak = Math.max(peak, backend.numDataIds());
    return disposeData.apply(this, args);
  };
  try {
    run();
  } finally {
    backend.disposeData = disposeData;
  }
  return peak - backend.numDataIds();
}

describe('variableGradients', () => {
  const compare = (f: () => Scalar, variables: tf.Variable[]): void => {
    const before = tf.memory().numTensors;
    const expected = tf.variableGrads(f, variables);
    const actual = variableGradients(f, variables);
    expect(actual.value.dataSync()).toEqual(expected.value.dataSync());
    expect(Object.keys(actual.grads)).toEqual(Object.keys(expected.grads));
    for (const [name, gradient] of Object.entries(expected.grads)) {
      expect(actual.grads[name]?.dataSync()).toEqual(gradient.dataSync());
    }
    tf.dispose([expected.value, expected.grads, actual.value, actual.grads]);
    expect(tf.memory().numTensors).toBe(before);
  };

  it('gives the gradients of tf.variableGrads, and leaves no tensor', () => {
    const [a, b] = [tf.variable(tf.tensor1d([0.1, -0.2, 0.3])), tf.variable(tf.scalar(2))];
    compare(() => tf.sum(chain(tf.mul(a, b), 3)), [a, b]);
  });

  it('leaves no tensor behind where either pass throws, unless another gradient needs them', () => {
    const a = tf.variable(tf.tensor1d([0.1, -0.2, 0.3]));
    const stuck = tf.customGrad((x) => ({
      value: tf.clone(x as Tensor),
      gradFunc: () => {
        throw new Error('backward');
      },
    }));
    const before = tf.memory().numTensors;
    const fail = (): never => {
      chain(a, 3);
      throw new Error('forward');
    };
    expect(() => variableGradients(fail, [a])).toThrow('forward');
    const backward = (): Scalar => tf.sum(chain(stuck(chain(a, 3)), 3));
    // What the forward pass gave is the surrounding scope's.
    expect(() => tf.tidy(() => ({ ...variableGradients(backward, [a]) }))).toThrow('backward');
    expect(tf.memory().numTensors).toBe(before);
    compare(() => {
      const value = tf.sum(chain(a, 3));
      expect(() => variableGradients(fail, [a])).toThrow('forward');
      return value as Scalar;
    }, [a]);
  });

  it('takes values that several ops use, and ops that pass their gradient on', () => {
    const a = tf.variable(tf.tensor1d([0.1, -0.2, 0.3]));
    const pass = tf.customGrad((x) => ({ value: tf.clone(x as Tensor), gradFunc: (dy: Tensor) => dy }));
    compare(() => {
      const x = tf.square(a);
      const both = tf.addN([pass(x), x, pass(pass(tf.mul(x, x)))]);
      const [head, tail] = tf.split(tf.concat([both, x]), 2) as [Tensor, Tensor];
      return tf.sum(tf.mul(tf.clone(tf.reshape(head, [3])), tail));
    }, [a]);
  });

  it('leaves out what is not trainable', () => {
    const [a, fixed] = [tf.variable(tf.scalar(2)), tf.variable(tf.scalar(3), false)];
    const { value, grads } = variableGradients(() => tf.mul(a, fixed), [a, fixed]);
    expect([value.dataSync()[0], grads[a.name]?.dataSync()[0]]).toEqual([6, 3]);
    expect(grads[fixed.name] ?? null).toBeNull();
  });

  it('differentiates within another gradient', () => {
    const a = tf.variable(tf.scalar(3));
    const second = tf.grad((x) => {
      const { grads } = variableGradients(() => tf.mul(x, tf.square(a)), [a]);
      return grads[a.name] as Tensor;
    });
    expect(second(tf.scalar(1)).dataSync()[0]).toBe(6);
  });

  it('needs about half the memory', () => {
    const a = tf.variable(tf.ones([1000]));
    const deep = (x: Tensor, depth: number): Tensor => (depth === 0 ? x : deep(tf.tanh(x), depth - 1));
    const f = (): Scalar => tf.sum(deep(a, 20));
    const whole = peakBuffers(() => tf.dispose(Object.values(tf.variableGrads(f, [a]))));
    const lean = peakBuffers(() => tf.dispose(Object.values(variableGradients(f, [a]))));
    expect(lean / whole).toBeLessThan(0.6);
  });
});
