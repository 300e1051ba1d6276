import { adamwUpdate, checkPositive, checkRange, invalidArgument, type Json } from '@mix/core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { Buffers } from './internal/buffers.js';
import type { Optimizer } from './optimizer.js';
import { checkRateNames, checkRates, type Rates, rateOf } from './rates.js';
import { checkNoDecay, decayOf, type NoDecay } from './weight-decay.js';

/** Options of {@link adamw}. */
export interface AdamwOptions {
  /** Decay of the mean of gradients, in `[0,1)`. @defaultValue 0.9 */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in `[0,1)`. @defaultValue 0.999 */
  readonly beta2?: number;
  /** Added to the root of the second moment, above 0. @defaultValue 1e-8 */
  readonly epsilon?: number;
  /** Decoupled weight decay, at least 0. @defaultValue 0.01 */
  readonly weightDecay?: number;
  /** Which variables do not decay. @defaultValue 'none' */
  readonly noDecay?: NoDecay;
  /**
   * Learning rates of single variables as multiples of the step's, such as `layerRates` of `@mix/models` gives for fine-tuning; 0
   * leaves a variable as it is. @defaultValue 1 for all
   */
  readonly rates?: Rates;
}

/**
 * AdamW with PyTorch's formulas: `w ← (1 − lr·wd)·w − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)`, bias corrections in doubles
 * from the number of steps that each variable has had. With `weightDecay: 0` it is Adam.
 *
 * @returns An optimiser; dispose it when done.
 * @throws MixError `INVALID_ARGUMENT`.
 * @see Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101
 */
export function adamw({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.01,
  noDecay = 'none',
  rates = {},
}: AdamwOptions = {}): Optimizer {
  for (const [argument, beta] of Object.entries({ beta1, beta2 })) {
    if (!(beta >= 0 && beta < 1)) throw invalidArgument('adamw', argument, 'be a number in [0,1)', beta);
  }
  checkPositive('adamw', 'epsilon', epsilon);
  checkRange('adamw', 'weightDecay', weightDecay, 0, Number.MAX_VALUE);
  checkNoDecay('adamw', noDecay);
  checkRates('adamw', rates);
  const buffers = new Buffers('adamw', ['mean', 'square']);
  const steps = new Map<string, number>();

  function updateOne(name: string, variable: Variable, gradient: Tensor, stepRate: number): void {
    const learningRate = rateOf(name, stepRate, rates);
    const step = (steps.get(name) ?? 0) + 1;
    const { weights, mean, square } = adamwUpdate(
      { weights: variable, gradient, mean: buffers.get('mean', name), square: buffers.get('square', name) },
      {
        learningRate,
        step,
        beta1,
        beta2,
        epsilon,
        weightDecay: decayOf(name, variable, weightDecay, noDecay),
      },
    );
    steps.set(name, step);
    buffers.set('mean', name, mean);
    buffers.set('square', name, square);
    variable.assign(weights);
  }

  return {
    settings: {
      kind: 'adamw',
      beta1,
      beta2,
      epsilon,
      weightDecay,
      noDecay: typeof noDecay === 'string' ? noDecay : 'function',
      ...(Object.keys(rates).length > 0 && { rates }),
    },
    update(variables, gradients, learningRate) {
      checkRange('adamw', 'learningRate', learningRate, 0, Number.MAX_VALUE);
      checkRateNames('adamw', rates, variables);
      for (const [name, gradient] of Object.entries(gradients)) {
        const variable = variables[name];
        if (variable !== undefined) tf.tidy(() => updateOne(name, variable, gradient, learningRate));
      }
    },
    state: () => ({ tensors: buffers.state(), values: { steps: Object.fromEntries(steps) } }),
    restore({ tensors, values }) {
      const counts = stepCounts(values['steps']);
      buffers.restore(tensors);
      steps.clear();
      for (const [name, count] of counts) steps.set(name, count);
    },
    dispose() {
      buffers.dispose();
      steps.clear();
    },
  };
}

function stepCounts(steps: Json | undefined): [string, number][] {
  const counts = typeof steps === 'object' && steps !== null ? Object.entries(steps) : undefined;
  if (counts?.every((entry): entry is [string, number] => Number.isSafeInteger(entry[1]))) return counts;
  throw invalidArgument('adamw.restore', 'state.values.steps', 'count steps by variable', steps, {
    code: 'STATE_MISMATCH',
  });
}
