import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from './checks.js';
import type { NamedVariables } from './classifier.js';
import { invalidArgument } from './errors.js';
import { checkFloat32 } from './internal/check-float32.js';
import { hasKernel } from './internal/has-kernel.js';
import { runKernel } from './internal/run-kernel.js';
import type { NamedTensors } from './state.js';

/**
 * One step of an exponential moving average: `momentum · average + (1 − momentum) · value`, written as a step from the nearer of
 * the two, so that equal tensors stay as they are, a momentum of 0 copies `value` and one of 1 keeps `average`, all bit for bit.
 *
 * Backends that register the kernel `MixEma` run it in one pass over memory; the others get the plain composition of tfjs ops.
 * Not differentiable. In float32, steps below about 6e-8 of a number are lost, whatever the momentum.
 *
 * @param average float32 of any shape, borrowed.
 * @param value float32 of the same shape, borrowed.
 * @param momentum Share of the average that is kept, in `[0,1]`.
 * @returns A new tensor of the same shape.
 * @throws MixError `SHAPE`, `DTYPE` or `INVALID_ARGUMENT`.
 */
export function ema<T extends Tensor>(average: T, value: T, momentum: number): T {
  checkRange('ema', 'momentum', momentum, 0, 1);
  checkFloat32('ema', 'average', average);
  checkFloat32('ema', 'value', value, average.shape);
  if (hasKernel(KERNEL)) return runKernel<T>(KERNEL, { average, value }, { momentum });
  return tf.tidy(() => {
    const [from, to, step] = momentum < 0.5 ? [value, average, momentum] : [average, value, 1 - momentum];
    return step === 0 ? tf.clone(from) : tf.add(from, tf.mul(tf.sub(to, from), step));
  });
}

const KERNEL = 'MixEma';

/**
 * Moves every variable of a teacher towards the tensor of the same name, by {@link ema}: the momentum network of AutoMix, SAMix
 * and AdAutoMix.
 *
 * @param averages Assigned new values.
 * @param values By the same names and of the same shapes, borrowed; further ones are left alone.
 * @param momentum In `[0,1]`.
 * @throws MixError `STATE_MISMATCH` when a name of `averages` is missing in `values`, `SHAPE` or `DTYPE` when a tensor does not fit;
 *   nothing is changed then.
 * @see He et al. 2020, https://arxiv.org/abs/1911.05722, section 3.2
 */
export function updateEma(averages: NamedVariables, values: NamedTensors, momentum: number): void {
  const names = Object.keys(averages);
  const missing = names.find((name) => values[name] === undefined);
  if (missing !== undefined) {
    throw invalidArgument(
      'updateEma',
      'values',
      `have all names of averages, '${missing}' too`,
      Object.keys(values),
      {
        code: 'STATE_MISMATCH',
      },
    );
  }
  for (const name of names)
    checkFloat32('updateEma', `values['${name}']`, values[name] as Tensor, averages[name]?.shape);
  tf.tidy(() => {
    for (const [name, variable] of Object.entries(averages)) {
      variable.assign(ema(variable as Tensor, values[name] as Tensor, momentum));
    }
  });
}
