import { checkPositive, invalidArgument } from '@mix/core';
import type { Model } from './model.js';

/** Options of {@link layerRates}. */
export interface LayerRatesOptions {
  /** What the rate is multiplied by from each layer to the one before it, in `(0,1]`; 1 changes nothing. */
  readonly decay: number;
  /** Multiplies the rate of the last layer, which fine-tuning begins from nothing; above 0. @defaultValue 1 */
  readonly head?: number;
}

/**
 * Learning rates for fine-tuning that fall towards the input: `decay^(L − l)` for the variables of layer `l`, where the stem is
 * layer 0, the n-th stage layer n and what comes after the stages layer `L`. Frozen stages have none. timm decays by block; where a
 * stage has k of them, its `layer_decay` d is about `decay: d ** k` here.
 *
 * @returns A multiple for each variable, by name: the option `rates` of `sgd` and `adamw` in `@mix/train`.
 * @throws MixError `INVALID_ARGUMENT`.
 * @example
 * ```ts
 * const optimizer = adamw({ weightDecay: 0.05, rates: layerRates(model, { decay: 0.5, head: 10 }) });
 * ```
 * @see Howard & Ruder 2018, https://arxiv.org/abs/1801.06146, section 3.2 (discriminative fine-tuning)
 */
export function layerRates(
  { variables, weights }: Pick<Model, 'variables' | 'weights'>,
  { decay, head = 1 }: LayerRatesOptions,
): Record<string, number> {
  if (!(decay > 0 && decay <= 1)) throw invalidArgument('layerRates', 'decay', 'be in (0,1]', decay);
  checkPositive('layerRates', 'head', head);
  const last = Math.max(...[...weights.values()].map(({ layer }) => layer));
  const trained = [...weights].filter(([name]) => Object.hasOwn(variables, name));
  return Object.fromEntries(
    trained.map(([name, weight]) => [name, decay ** (last - weight.layer) * (weight.head ? head : 1)]),
  );
}
