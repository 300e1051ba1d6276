import { checkChoice, stopGradient } from '@mix/core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { dft, inverseDftReal } from './internal/dft.js';

/** A part of a spectrum `F = A·e^{iP}`: A = |F| or P = arg F. */
export type SpectrumPart = 'amplitude' | 'phase';

/** Axes of features `[B,h,w,C]` that are transformed: those of the map, or all, which couples channels and samples. */
export type SpectrumAxes = 'spatial' | 'all';

/** Options of {@link stopSpectrum}. */
export interface StopSpectrumOptions {
  /** The parts through which no gradient passes. */
  readonly stop: readonly SpectrumPart[];
  /** `all` is what the published code does. @defaultValue 'spatial' */
  readonly axes?: SpectrumAxes;
}

/**
 * The features as they are, but whose gradient does not pass through the amplitude or the phase of their spectrum: that of
 * `Re F⁻¹(A·e^{iP})`, `F(h) = A·e^{iP}`, with A or P as a constant. Both stopped is `stopGradient`.
 *
 * In closed form, with G the spectrum of the gradient and `u = F/|F|` (0 where F is), what passes through the amplitude is
 * `Re F⁻¹(u·Re(ū·G))`, and through the phase the rest. It is finite everywhere. The forward pass computes nothing.
 *
 * @param features float32 `[B,h,w,C]`; borrowed, differentiable.
 * @returns A new tensor, the caller's.
 * @see Huang et al. 2023, https://arxiv.org/abs/2212.03462
 */
export function stopSpectrum(features: Tensor4D, { stop, axes = 'spatial' }: StopSpectrumOptions): Tensor4D {
  checkChoice('stopSpectrum', 'axes', axes, ['spatial', 'all']);
  for (const part of stop) checkChoice('stopSpectrum', 'stop', part, ['amplitude', 'phase']);
  const [amplitude, phase] = [stop.includes('amplitude'), stop.includes('phase')];
  if (amplitude && phase) return stopGradient(features);
  if (!amplitude && !phase) return tf.clone(features);
  const transformed = axes === 'spatial' ? [1, 2] : [0, 1, 2, 3];
  return tf.customGrad((given, save) => {
    const h = given as Tensor;
    (save as (tensors: Tensor[]) => void)([h]);
    return {
      value: tf.clone(h),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const throughAmplitude = radial(saved[0] as Tensor, upstream, transformed);
        return phase ? throughAmplitude : tf.sub(upstream, throughAmplitude);
      },
    };
  })(features) as Tensor4D;
}

function radial(h: Tensor, upstream: Tensor, axes: readonly number[]): Tensor {
  return tf.tidy(() => {
    const spectrum = dft(h, axes);
    // Scaled by its larger part, so that squares neither vanish nor overflow.
    const scale = tf.max(tf.abs(spectrum), 0, true);
    const isZero = tf.equal(scale, 0);
    const direction = tf.div(spectrum, tf.where(isZero, tf.onesLike(scale), scale));
    const square = tf.sum(tf.square(direction), 0, true);
    const along = tf.sum(tf.mul(direction, dft(upstream, axes)), 0, true);
    const share = tf.div(along, tf.where(isZero, tf.onesLike(square), square));
    return inverseDftReal(tf.mul(direction, share), axes);
  });
}
