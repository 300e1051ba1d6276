import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { descend } from '../test/descend.js';
import { adamw } from './adamw.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

// Literals of PyTorch 1.13:
//   w = torch.tensor([0.5, -1.25, 2.0]).requires_grad_(); o = torch.optim.AdamW([w], <options>)
//   for t in range(1, 6): o.zero_grad(); (w**3/3 + 0.1*t*w).sum().backward(); o.step()
describe('adamw', () => {
  it.each([
    // AdamW([w], lr=0.1, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.2)
    {
      options: { beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.2 },
      expected: [-0.032314836978912354, -1.6159040927886963, 1.337581992149353],
    },
    // AdamW([w], lr=0.1, weight_decay=0)
    {
      options: { weightDecay: 0 },
      expected: [-0.0019731521606445312, -1.7513701915740967, 1.504236102104187],
    },
  ])('follows PyTorch with $options', ({ options, expected }) => {
    const optimizer = adamw(options);
    descend(optimizer, 0.1).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 5);
    });
    optimizer.dispose();
  });

  it('goes on from its state with the same bits, step counts included', () => {
    const before = tf.memory().numTensors;
    const one = adamw();
    const two = adamw();
    descend(one, 0.05, 3);
    const state = one.state();
    two.restore({ tensors: state.tensors, values: JSON.parse(JSON.stringify(state.values)) });
    tf.dispose({ ...state.tensors });
    expect(descend(two, 0.05, 3)).toEqual(descend(one, 0.05, 3));
    one.dispose();
    two.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('scales the rate of single variables', () => {
    const slow = adamw({ rates: { weight: 0.25 } });
    const wanted = descend(adamw(), 0.02);
    descend(slow, 0.08).forEach((value, index) => {
      expect(value).toBeCloseTo(wanted[index] as number, 6);
    });
    expect(slow.settings).toMatchObject({ rates: { weight: 0.25 } });
    expect(() => adamw({ rates: { weight: Number.NaN } })).toThrow("adamw: rates['weight'] must be a finite");
    slow.dispose();
  });

  it('counts the steps of each variable apart', () => {
    const optimizer = adamw({ weightDecay: 0 });
    descend(optimizer, 0.1, 4, 'often');
    const alone = adamw({ weightDecay: 0 });
    expect(descend(optimizer, 0.1, 2, 'rare')).toEqual(descend(alone, 0.1, 2, 'rare'));
    expect(optimizer.state().values).toEqual({ steps: { often: 4, rare: 2 } });
    optimizer.dispose();
    alone.dispose();
  });

  it('counts no step that it refused', () => {
    const optimizer = adamw();
    const gradient = tf.zeros([4]);
    const weight = tf.tidy(() => tf.variable(tf.zeros([3])));
    expect(() => optimizer.update({ weight }, { weight: gradient }, 0.1)).toThrow(
      'gradient must be float32 [3]',
    );
    expect(optimizer.state()).toEqual({ tensors: {}, values: { steps: {} } });
    tf.dispose([gradient, weight]);
  });

  it('refuses bad options and a state without counts', () => {
    expect(() => adamw({ beta2: 1 })).toThrow('adamw: beta2 must be a number in [0,1); got 1');
    expect(() => adamw({ epsilon: 0 })).toThrow('adamw: epsilon must be a finite number above 0; got 0');
    expect(() => adamw().restore({ tensors: {}, values: {} })).toThrow(
      'adamw.restore: state.values.steps must count steps by variable; got undefined',
    );
  });
});
