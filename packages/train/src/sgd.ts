import { checkRange, invalidArgument } from '@mix/core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { Buffers } from './internal/buffers.js';
import type { Optimizer } from './optimizer.js';
import { decayOf, type NoDecay } from './weight-decay.js';

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
}: SgdOptions = {}): Optimizer {
  if (!(momentum >= 0 && momentum < 1)) {
    throw invalidArgument('sgd', 'momentum', 'be a number in [0,1)', momentum);
  }
  checkRange('sgd', 'weightDecay', weightDecay, 0, Number.MAX_VALUE);
  if (nesterov && momentum === 0) {
    throw invalidArgument('sgd', 'momentum', 'be above 0 with nesterov', momentum);
  }
  const buffers = new Buffers('sgd', ['momentum']);

  function updateOne(name: string, variable: Variable, gradient: Tensor, learningRate: number): void {
    const decay = decayOf(name, variable, weightDecay, noDecay);
    const direction = decay > 0 && !decoupled ? tf.add(gradient, tf.mul(variable, decay)) : gradient;
    const weights = decay > 0 && decoupled ? tf.mul(variable, 1 - learningRate * decay) : variable;
    let change = direction;
    if (momentum > 0) {
      const last = buffers.get('momentum', name);
      const next = last === undefined ? tf.clone(direction) : tf.add(tf.mul(last, momentum), direction);
      buffers.set('momentum', name, next);
      change = nesterov ? tf.add(direction, tf.mul(next, momentum)) : next;
    }
    variable.assign(tf.sub(weights, tf.mul(change, learningRate)));
  }

  return {
    settings: {
      kind: 'sgd',
      momentum,
      nesterov,
      weightDecay,
      decoupled,
      noDecay: typeof noDecay === 'string' ? noDecay : 'function',
    },
    update(variables, gradients, learningRate) {
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
