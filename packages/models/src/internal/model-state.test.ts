import { createRng, isMixError, restoreRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { DropPath } from './drop-path.js';
import { modelState } from './model-state.js';
import { ParameterStore } from './parameter-store.js';

function parts(seed: number) {
  const store = new ParameterStore();
  const weight = store.parameter<tf.Rank.R1>('weight', [1], new Float32Array([seed]));
  const drop = new DropPath(createRng(seed));
  return { drop, weight, ...modelState(store, { dropPath: drop, dropout: undefined }, 'fc') };
}

const draw = ({ drop }: ReturnType<typeof parts>) =>
  tf.tidy(() => drop.apply(tf.ones([20, 1, 1]), 0.5).dataSync()) as Float32Array;

describe('modelState', () => {
  useBackend('cpu');

  it('goes on from its state, also through JSON', () => {
    const [one, other] = [parts(0), parts(1)];
    draw(one);
    const { tensors, values } = one.state();
    expect(Object.keys(values)).toEqual(['dropPath']);
    other.restore({ tensors, values: JSON.parse(JSON.stringify(values)) });
    expect(draw(other)).toEqual(draw(one));
    expect(other.weight.dataSync()[0]).toBe(0);
  });

  it('takes weights without a stream, and keeps its own', () => {
    const [one, other] = [parts(0), parts(1)];
    other.restore({ tensors: one.state().tensors, values: {} });
    expect(other.drop.state()).toEqual(createRng(1).state());
  });

  it.each([[null], [3], [{ key: [1], counter: 0 }], [{ key: [1, 2], counter: -1 }]])(
    'refuses %j for the state of a stream, and changes nothing',
    (dropPath) => {
      const [one, other] = [parts(0), parts(1)];
      let caught: unknown;
      try {
        other.restore({ tensors: one.state().tensors, values: { dropPath } });
      } catch (error) {
        caught = error;
      }
      expect(isMixError(caught) && caught.code).toBe('STATE_MISMATCH');
      expect(String(caught)).toContain('state.values.dropPath must be the state of an Rng; got ');
      expect(other.weight.dataSync()[0]).toBe(1);
      expect(restoreRng(other.drop.state()).uniform()).toBe(createRng(1).uniform());
    },
  );
});
