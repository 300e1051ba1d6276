import {
  describeReceived,
  type Json,
  MixError,
  type Rng,
  type RngState,
  restoreRng,
  type State,
} from '@mix/core';
import type { Model } from '../model.js';
import type { ParameterStore } from './parameter-store.js';

/** A part that draws in training, from a stream that goes on from one forward pass to the next. */
export interface RandomPart {
  /** Where the stream is: plain JSON. */
  state(): RngState;
  /** Draws from another stream from now on. */
  continueWith(rng: Rng): void;
}

/** What a model has of its store, and a state that tells where the streams of its random parts are, by name. */
export function modelState(
  store: ParameterStore,
  parts: Readonly<Record<string, RandomPart | undefined>>,
  headName: string,
): Pick<Model, 'variables' | 'weights' | 'state' | 'restore' | 'dispose'> {
  const random = Object.entries(parts).flatMap(([name, part]) =>
    part === undefined ? [] : [{ name, part }],
  );
  return {
    variables: store.variables(),
    weights: store.weights(headName),
    state: () => ({
      tensors: store.state().tensors,
      values: Object.fromEntries(random.map(({ name, part }) => [name, part.state()])),
    }),
    restore(state: State) {
      const streams = random.map(({ name }) => streamOf(name, state.values[name]));
      store.restore(state);
      for (const [index, { part }] of random.entries()) {
        const stream = streams[index];
        if (stream !== undefined) part.continueWith(stream);
      }
    },
    dispose: () => store.dispose(),
  };
}

/** The stream that a model's state holds; none if it holds no place, as weights from elsewhere do not. */
function streamOf(name: string, state: Json | undefined): Rng | undefined {
  if (state === undefined) return undefined;
  try {
    return restoreRng(state as unknown as RngState);
  } catch (cause) {
    throw new MixError(
      `Classifier.restore: state.values.${name} must be the state of an Rng; got ${describeReceived(state)}`,
      { code: 'STATE_MISMATCH', argument: `state.values.${name}`, received: state, cause },
    );
  }
}
