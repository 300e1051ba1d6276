import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { descend } from '../test/descend.js';
import { sgd } from './sgd.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('cpu');

// Literals of PyTorch 1.13:
//   w = torch.tensor([0.5, -1.25, 2.0]).requires_grad_(); o = torch.optim.SGD([w], <options>)
//   for t in range(1, 6): o.zero_grad(); (w**3/3 + 0.1*t*w).sum().backward(); o.step()
describe('sgd', () => {
  it.each([
    // SGD([w], lr=0.1)
    { options: {}, rate: 0.1, expected: [0.2610292136669159, -2.9508841037750244, 0.8094748258590698] },
    // SGD([w], lr=0.05, momentum=0.9)
    {
      options: { momentum: 0.9 },
      rate: 0.05,
      expected: [0.2045304924249649, -2.894930362701416, 0.07819364219903946],
    },
    // SGD([w], lr=0.05, momentum=0.9, nesterov=True)
    {
      options: { momentum: 0.9, nesterov: true },
      rate: 0.05,
      expected: [0.128671795129776, -4.116860866546631, -0.014547079801559448],
    },
    // SGD([w], lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.3)
    {
      options: { momentum: 0.9, nesterov: true, weightDecay: 0.3 },
      rate: 0.05,
      expected: [0.04351673275232315, -3.318232774734497, -0.21988055109977722],
    },
    // SGD([w], lr=0.05, momentum=0.9, nesterov=True), with w.mul_(1 - 0.05*0.3) before each o.step()
    {
      options: { momentum: 0.9, nesterov: true, weightDecay: 0.3, decoupled: true },
      rate: 0.05,
      expected: [0.10607966035604477, -3.8138139247894287, -0.05092087388038635],
    },
  ])('follows PyTorch with $options', ({ options, rate, expected }) => {
    const optimizer = sgd(options);
    descend(optimizer, rate).forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 5);
    });
    optimizer.dispose();
  });

  it('spares rank-1 variables and biases from decay on request, or what a function names', () => {
    const plain = descend(sgd(), 0.1);
    expect(descend(sgd({ weightDecay: 0.3, noDecay: 'norms-and-biases' }), 0.1)).toEqual(plain);
    expect(descend(sgd({ weightDecay: 0.3 }), 0.1)).not.toEqual(plain);
    const named = (name: string) => name === 'cls_token';
    expect(descend(sgd({ weightDecay: 0.3, noDecay: named }), 0.1, 5, 'cls_token')).toEqual(plain);
    expect(descend(sgd({ weightDecay: 0.3, noDecay: named }), 0.1)).not.toEqual(plain);
  });

  it('scales the rate of single variables, decay with it', () => {
    const options = { momentum: 0.9, weightDecay: 0.1, decoupled: true };
    const slow = sgd({ ...options, rates: { weight: 0.25 } });
    const wanted = descend(sgd(options), 0.02);
    descend(slow, 0.08).forEach((value, index) => {
      expect(value).toBeCloseTo(wanted[index] as number, 6);
    });
    expect(slow.settings).toMatchObject({ rates: { weight: 0.25 } });
    expect(descend(sgd({ rates: { weight: 0 } }), 0.1)).toEqual([0.5, -1.25, 2]);
    expect(sgd({ rates: {} }).settings).toEqual(sgd().settings);
    expect(() => descend(slow, 0.1, 1, 'other')).toThrow(
      'sgd.update: rates must name variables that are updated; got ["weight"]',
    );
  });

  it('goes on from its state with the same bits, and frees all it made', () => {
    const before = tf.memory().numTensors;
    const one = sgd({ momentum: 0.9, nesterov: true });
    const two = sgd({ momentum: 0.9, nesterov: true });
    descend(one, 0.05, 3);
    const state = one.state();
    two.restore(state);
    tf.dispose({ ...state.tensors });
    expect(descend(two, 0.05, 3)).toEqual(descend(one, 0.05, 3));
    one.dispose();
    two.dispose();
    two.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps one tensor a variable, however many steps', () => {
    const optimizer = sgd({ momentum: 0.9, weightDecay: 1e-4 });
    const before = tf.memory().numTensors;
    descend(optimizer, 0.01, 1);
    expect(tf.memory().numTensors - before).toBe(1);
    descend(optimizer, 0.01, 20);
    expect(tf.memory().numTensors - before).toBe(1);
    optimizer.dispose();
  });

  it.each([
    [{ momentum: 1 }, 'sgd: momentum must be a number in [0,1); got 1'],
    [{ weightDecay: -1 }, 'sgd: weightDecay must be a finite number of at least 0'],
    [{ rates: { 'fc.bias': -1 } }, "sgd: rates['fc.bias'] must be a finite number of at least 0; got -1"],
    [{ nesterov: true }, 'sgd: momentum must be above 0 with nesterov; got 0'],
  ])('refuses %o', (options, message) => {
    expect(() => sgd(options)).toThrow(message);
  });

  it('refuses the state of another optimiser', () => {
    const tensor = tf.scalar(1);
    expect(() => sgd().restore({ tensors: { 'mean.weight': tensor }, values: {} })).toThrow(
      'sgd.restore: state.tensors must be named \'momentum.<variable>\'; got "mean.weight"',
    );
    tensor.dispose();
  });
});
