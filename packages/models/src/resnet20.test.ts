import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { resnet20 } from './resnet20.js';
import { resnet32 } from './resnet32.js';
import { resnet56 } from './resnet56.js';

const parameters = (options: { numClasses: number; shortcut?: 'identity' | 'projection'; width?: number }) =>
  Object.values(resnet20({ ...options, rng: createRng(0) }).variables).reduce(
    (sum, { size }) => sum + size,
    0,
  );

describe('resnet20', () => {
  useBackend('cpu');

  it('has the parameters that He et al. count as 0.27 M', () => {
    expect(parameters({ numClasses: 10 })).toBe(269_722);
    expect(parameters({ numClasses: 10, shortcut: 'projection' })).toBe(272_474);
    expect(parameters({ numClasses: 100 })).toBe(269_722 + 90 * 65);
  });

  it.each([
    ['resnet32', resnet32, 464_154],
    ['resnet56', resnet56, 853_018],
  ])('is followed by %s', (_, make, count) => {
    const model = make({ numClasses: 10, rng: createRng(0) });
    expect(Object.values(model.variables).reduce((sum, { size }) => sum + size, 0)).toBe(count);
    model.dispose();
  });

  it('has nine blocks in three stages', () => {
    const { variables } = resnet20({ numClasses: 10, width: 2, rng: createRng(0) });
    const blocks = new Set(Object.keys(variables).flatMap((name) => /^layer\d\.\d/.exec(name) ?? []));
    expect([...blocks].join(' ')).toBe(
      'layer1.0 layer1.1 layer1.2 layer2.0 layer2.1 layer2.2 layer3.0 layer3.1 layer3.2',
    );
  });

  it('takes other numbers of channels', () => {
    const model = resnet20({ numClasses: 2, width: 2, inChannels: 1, rng: createRng(0) });
    expect(model.forward(tf.ones([1, 8, 8, 1]), { training: false }).logits.shape).toEqual([1, 2]);
  });
});
