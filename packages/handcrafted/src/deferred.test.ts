import { fromMixer, identity, type Method, type StepContext } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { deferred } from './index.js';

useBackend('cpu');

/** A method that counts its steps, and says so in its loss. */
function counting(name: string, groups: Method['groups'] = {}): Method {
  let [steps, ended] = [0, 0];
  return {
    name,
    groups,
    step: () => {
      steps++;
      return { losses: { classifier: tf.scalar(steps) }, metrics: {} };
    },
    afterStep: () => {
      ended++;
    },
    state: () => ({ tensors: { steps: tf.scalar(steps) }, values: { ended } }),
    restore: ({ tensors, values }) => {
      steps = tensors['steps']?.dataSync()[0] ?? 0;
      ended = values['ended'] as number;
    },
  };
}
const at = (progress: number) => ({ progress, step: 0 }) as unknown as StepContext;
const train = (method: Method, progress: number): number => {
  const { losses } = method.step({} as never, {} as never, at(progress));
  method.afterStep?.({} as never, at(progress));
  return losses['classifier']?.dataSync()[0] as number;
};

describe('deferred', () => {
  it('trains by the second method from its time on, and resumes both', () => {
    const method = deferred(counting('a'), counting('b'), { from: 0.5 });
    expect(method.name).toBe('a, then b');
    expect([0, 0.49, 0.5, 0.8, 1].map((progress) => train(method, progress))).toEqual([1, 2, 1, 2, 3]);
    const state = method.state();
    expect(Object.keys(state.tensors)).toEqual(['early/steps', 'late/steps']);
    expect(state.values).toEqual({ early: { ended: 2 }, late: { ended: 3 } });
    const again = deferred(counting('a'), counting('b'), { from: 0.5 });
    again.restore(state);
    expect([train(again, 0), train(again, 1)]).toEqual([3, 4]);
    expect(again.state().values).toEqual({ early: { ended: 3 }, late: { ended: 4 } });
  });

  it('joins groups, and refuses two of one name', () => {
    const [one, other] = [{ x: tf.variable(tf.scalar(1)) }, { x: tf.variable(tf.scalar(1)) }];
    const joined = deferred(
      counting('a', { generator: one }),
      counting('b', { generator: one, extra: other }),
    );
    expect(joined.groups).toEqual({ generator: one, extra: other });
    expect(() => deferred(counting('a', { generator: one }), counting('b', { generator: other }))).toThrow(
      /deferred: late must share its group generator with early/,
    );
    expect(() => deferred(fromMixer(identity), fromMixer(identity), { from: 2 })).toThrow(/from must be/);
  });
});
