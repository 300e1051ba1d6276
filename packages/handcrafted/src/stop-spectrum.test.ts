import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { dft, inverseDftReal } from './internal/dft.js';
import { type SpectrumAxes, type SpectrumPart, stopSpectrum } from './stop-spectrum.js';

useBackend('wasm');

const noise = (shape: readonly [number, number, number, number], seed: number): tf.Tensor4D => {
  const rng = createRng(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor4d(
    Float32Array.from({ length: size }, () => rng.normal()),
    [...shape],
  );
};
const gradientOf = (h: tf.Tensor, stop: SpectrumPart[], axes: SpectrumAxes, upstream: tf.Tensor): tf.Tensor =>
  tf.grad((given) => stopSpectrum(given as tf.Tensor4D, { stop, axes }))(h, upstream);
const largest = (a: tf.Tensor, b: tf.Tensor): number =>
  Math.max(...[...a.dataSync()].map((value, index) => Math.abs(value - (b.dataSync()[index] as number))));

describe('dft', () => {
  it('is the sum of its definition, and its inverse gives the signal back', () => {
    const spectrum = dft(tf.tensor1d([1, 2, 4]), [0]).dataSync();
    const root = Math.sqrt(3) / 2;
    // 1 + 2w + 4w², w = e^{−2πi/3}, and its conjugate.
    [7, -2, -2, 0, 2 * root, -2 * root].forEach((value, index) =>
      expect(spectrum[index]).toBeCloseTo(value, 5),
    );
    const x = noise([2, 5, 4, 3], 1);
    for (const axes of [[1, 2], [0, 1, 2, 3], [2]]) {
      expect(largest(inverseDftReal(dft(x, axes), axes), x)).toBeLessThan(1e-5);
    }
  });
});

describe.each<SpectrumAxes>(['spatial', 'all'])('stopSpectrum along %s axes', (axes) => {
  const h = () => noise([2, 4, 3, 2], 2);
  const g = () => noise([2, 4, 3, 2], 3);

  it('gives the features themselves, and gradients through the parts that add up to the whole', () => {
    const before = tf.memory().numTensors;
    const features = h();
    const same = stopSpectrum(features, { stop: ['phase'], axes });
    expect(same.dataSync()).toEqual(features.dataSync());
    expect(tf.memory().numTensors - before).toBe(2);
    const amplitudeStopped = gradientOf(features, ['amplitude'], axes, g());
    const phaseStopped = gradientOf(features, ['phase'], axes, g());
    expect(largest(tf.add(amplitudeStopped, phaseStopped), g())).toBeLessThan(1e-5);
    expect(gradientOf(features, [], axes, g()).dataSync()).toEqual(g().dataSync());
    expect(tf.max(tf.abs(amplitudeStopped)).dataSync()[0]).toBeGreaterThan(0.1);
    expect(tf.max(tf.abs(phaseStopped)).dataSync()[0]).toBeGreaterThan(0.1);
  });

  it('stops what it says: a change of all amplitudes alike is no change of phase', () => {
    // The derivative along h itself, which scales all amplitudes and keeps all phases, is ⟨h, g⟩ through the amplitudes.
    const features = h();
    const along = (stop: SpectrumPart[]): number =>
      tf.sum(tf.mul(gradientOf(features, stop, axes, g()), features)).dataSync()[0] as number;
    expect(along(['amplitude'])).toBeCloseTo(0, 4);
    expect(along(['phase'])).toBeCloseTo(tf.sum(tf.mul(features, g())).dataSync()[0] as number, 4);
  });

  it('is finite where the spectrum is 0, and for tiny and huge features', () => {
    const some = tf.concat([tf.zeros([1, 4, 3, 2]), noise([1, 4, 3, 2], 2)]);
    for (const factor of [0, 1e-25, 1, 1e15]) {
      for (const stop of [['phase'], ['amplitude']] as SpectrumPart[][]) {
        const gradient = gradientOf(tf.mul(some, factor), stop, axes, g());
        expect([...gradient.dataSync()].every(Number.isFinite)).toBe(true);
        const size = tf.max(tf.abs(gradient)).dataSync()[0] as number;
        if (factor > 0) expect(size).toBeGreaterThan(0.1);
      }
    }
    const zeros = gradientOf(tf.zeros([2, 4, 3, 2]), ['phase'], axes, g());
    expect(tf.max(tf.abs(zeros)).dataSync()[0]).toBe(0);
  });
});

describe('stopSpectrum', () => {
  it('keeps channels and samples apart along spatial axes alone', () => {
    const upstream = tf.concat([noise([1, 4, 3, 2], 3), tf.zeros([1, 4, 3, 2])]);
    const other = (axes: SpectrumAxes): number => {
      const gradient = gradientOf(noise([2, 4, 3, 2], 2), ['amplitude'], axes, upstream);
      return tf.max(tf.abs(tf.slice(gradient, [1, 0, 0, 0], [1, -1, -1, -1]))).dataSync()[0] as number;
    };
    expect(other('spatial')).toBe(0);
    expect(other('all')).toBeGreaterThan(0.01);
  });

  it('cuts the gradient when both parts are stopped, and refuses other names', () => {
    const x = noise([1, 2, 2, 1], 1);
    const byWeight = tf.grad((w) => {
      const features = tf.mul(x, w) as tf.Tensor4D;
      return tf.sum(tf.add(stopSpectrum(features, { stop: ['phase', 'amplitude'] }), w));
    })(tf.scalar(2));
    expect(byWeight.dataSync()[0]).toBe(4);
    const features = noise([1, 2, 2, 1], 1);
    expect(() => stopSpectrum(features, { stop: ['power' as never] })).toThrow(
      /stopSpectrum: stop must be one of 'amplitude', 'phase'/,
    );
    expect(() => stopSpectrum(features, { stop: [], axes: 'depth' as never })).toThrow(/axes must be one of/);
  });
});
