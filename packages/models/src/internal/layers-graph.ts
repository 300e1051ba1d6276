import { MixError } from '@mix/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** What stands in a layers model where a layer's output will be, as one name. */
type Place = string;

/** How to run a part of a layers model. */
export interface RunOptions {
  readonly training: boolean;
  /** What an output becomes before other layers see it. */
  readonly change?: (place: SymbolicTensor, value: Tensor) => Tensor;
}

/** The outputs that lead to `ends`, each after those that it depends on; `known` ones end the search. */
export function inOrder(
  ends: readonly SymbolicTensor[],
  known: readonly SymbolicTensor[] = [],
): SymbolicTensor[] {
  const seen = new Set(known.map(placeOf));
  const order: SymbolicTensor[] = [];
  const visit = (symbol: SymbolicTensor): void => {
    const place = placeOf(symbol);
    if (seen.has(place)) return;
    seen.add(place);
    symbol.inputs.forEach(visit);
    order.push(symbol);
  };
  ends.forEach(visit);
  return order;
}

/**
 * Computes outputs of a layers model from others, running only the layers in between. Unlike a model made of the same layers it
 * may start anywhere.
 *
 * @returns The values of `wanted`; within a tidy, since values on the way are left to it.
 * @throws MixError `UNSUPPORTED` when an input of the model is needed that is not among the `given`.
 */
export function runLayers(
  wanted: readonly SymbolicTensor[],
  given: readonly (readonly [SymbolicTensor, Tensor])[],
  { training, change = (_, value) => value }: RunOptions,
): Tensor[] {
  const values = new Map<Place, Tensor>(given.map(([symbol, value]) => [placeOf(symbol), value]));
  const order = inOrder(
    wanted,
    given.map(([symbol]) => symbol),
  );
  const uses = countUses(order);
  const kept = new Set([...given.map(([symbol]) => symbol), ...wanted].map(placeOf));
  for (const symbol of order) {
    if (values.has(placeOf(symbol))) continue;
    for (const [place, value] of apply(symbol, values, training)) values.set(place, value);
    const place = placeOf(symbol);
    values.set(place, change(symbol, values.get(place) as Tensor));
    // As tfjs does: a backward pass in training may still read what lies between.
    if (!training) free(symbol, values, uses, kept);
  }
  return wanted.map((symbol) => values.get(placeOf(symbol)) as Tensor);
}

function placeOf({ sourceLayer, nodeIndex, tensorIndex }: SymbolicTensor): Place {
  return `${sourceLayer.name}/${nodeIndex}/${tensorIndex}`;
}

// A layer of several outputs gives all of them at once.
function apply(
  symbol: SymbolicTensor,
  values: ReadonlyMap<Place, Tensor>,
  training: boolean,
): [Place, Tensor][] {
  const { sourceLayer, nodeIndex, inputs } = symbol;
  if (inputs.length === 0) {
    throw new MixError(
      `fromLayersModel: the model's input '${sourceLayer.name}' is needed again after the stage that is given. ` +
        'Name a layer that all later ones depend on through it alone, such as the end of a block',
      { code: 'UNSUPPORTED', argument: 'taps.stages', received: sourceLayer.name },
    );
  }
  const given = inputs.map((input) => values.get(placeOf(input)) as Tensor);
  const result = sourceLayer.apply(given.length === 1 ? (given[0] as Tensor) : given, { training });
  const outputs = (Array.isArray(result) ? result : [result]) as Tensor[];
  return outputs.map((value, index) => [`${sourceLayer.name}/${nodeIndex}/${index}`, value]);
}

function countUses(order: readonly SymbolicTensor[]): Map<Place, number> {
  const uses = new Map<Place, number>();
  for (const { inputs } of order) {
    for (const input of inputs) uses.set(placeOf(input), (uses.get(placeOf(input)) ?? 0) + 1);
  }
  return uses;
}

function free(
  { inputs }: SymbolicTensor,
  values: ReadonlyMap<Place, Tensor>,
  uses: Map<Place, number>,
  kept: ReadonlySet<Place>,
): void {
  for (const place of inputs.map(placeOf)) {
    const left = (uses.get(place) ?? 0) - 1;
    uses.set(place, left);
    if (left === 0 && !kept.has(place)) tf.dispose(values.get(place) as Tensor);
  }
}
