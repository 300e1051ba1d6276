import { checkRange, invalidArgument, sgdUpdate } from '@mix/core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { Buffers } from './internal/buffers.js';
import type { Optimizer } from './optimizer.js';
import { checkRateNames, checkRates, type Rates, rateOf } from './rates.js';
import { checkNoDecay, decayOf, type NoDecay } from './weight-decay.js';

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** Share of the last update that is kept, in `[0,1)`. @defaultValue 0 */
  readonly momentum?: number;
  /** Look ahead by one momentum step; needs `momentum` above 0. @defaultValue false */
  readonly nesterov?: boolean;
  /** Weight decay, at least 0. @defaultValue 0 */
  readonly weightDecay?: number;
  /** Shrink the weights by `lr · weightDecay` (SGDW) instead of adding `weightDecay · w` to the gradient. @defaultValue false */
  readonly decoupled?: boolean;
  /** Which variables do not decay. @defaultValue 'none' */
  readonly noDecay?: NoDecay;
  /**
   * Learning rates of single variables as multiples of the step's, such as `layerRates` of `@mix/models` gives for fine-tuning; 0
   * leaves a variable as it is. @defaultValue 1 for all
   */
  readonly rates?: Rates;
}

/**
 * Stochastic gradient descent with PyTorch's formulas: `g ← g + wd·w`; `m ← momentum·m + g` (at first `m = g`);
 * `w ← w − lr·m`, or with Nesterov `w ← w − lr·(g + momentum·m)`.
 *
 * @returns An optimiser; dispose it when done.
 * @throws MixError `INVALID_ARGUMENT`.
 * @see Loshchilov & Hutter 2019 for the decoupled form, https://arxiv.org/abs/1711.05101
 */
export function sgd({
  momentum = 0,
  nesterov = false,
  weightDecay = 0,
  decoupled = false,
  noDecay = 'none',
  rates = {},
}: SgdOptions = {}): Optimizer {
  if (!(momentum >= 0 && momentum < 1)) {
    throw invalidArgument('sgd', 'momentum', 'be a number in [0,1)', momentum);
  }
  checkRange('sgd', 'weightDecay', weightDecay, 0, Number.MAX_VALUE);
  if (nesterov && momentum === 0) {
    throw invalidArgument('sgd', 'momentum', 'be above 0 with nesterov', momentum);
  }
  checkNoDecay('sgd', noDecay);
  checkRates('sgd', rates);
  const buffers = new Buffers('sgd', ['momentum']);

  function updateOne(name: string, variable: Variable, gradient: Tensor, stepRate: number): void {
    const learningRate = rateOf(name, stepRate, rates);
    const decay = decayOf(name, variable, weightDecay, noDecay);
    const updated = sgdUpdate(
      { weights: variable, gradient, velocity: buffers.get('momentum', name) },
      {
        learningRate,
        momentum,
        nesterov,
        weightDecay: decoupled ? 0 : decay,
        shrink: decoupled ? 1 - learningRate * decay : 1,
      },
    );
    if (updated.velocity !== undefined) buffers.set('momentum', name, updated.velocity);
    variable.assign(updated.weights);
  }

  return {
    settings: {
      kind: 'sgd',
      momentum,
      nesterov,
      weightDecay,
      decoupled,
      noDecay: typeof noDecay === 'string' ? noDecay : 'function',
      ...(Object.keys(rates).length > 0 && { rates }),
    },
    update(variables, gradients, learningRate) {
      checkRange('sgd', 'learningRate', learningRate, 0, Number.MAX_VALUE);
      checkRateNames('sgd', rates, variables);
      for (const [name, gradient] of Object.entries(gradients)) {
        const variable = variables[name];
        if (variable !== undefined) tf.tidy(() => updateOne(name, variable, gradient, learningRate));
      }
    },
    state: () => ({ tensors: buffers.state(), values: {} }),
    restore: ({ tensors }) => buffers.restore(tensors),
    dispose: () => buffers.dispose(),
  };
}
