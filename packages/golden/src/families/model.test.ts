import type { HostTensor } from '@mix/core';
import { startBackend } from '@mix/test-utils';
import { beforeAll, expect, it } from 'vitest';
import { modelFamily } from './model.js';

beforeAll(async () => {
  await startBackend('cpu');
});

const ones = (...shape: number[]): HostTensor => {
  const size = shape.reduce((product, side) => product * side, 1);
  return { dtype: 'F32', shape, data: new Float32Array(size).fill(1) };
};

it.each([[], ['outputs.attention_last']])(
  'fails a model without the attention that a case holds: %s',
  async (...held) => {
    const checks = await modelFamily({
      name: 'models_lenet_12',
      tensors: new Map([
        ['outputs.logits', ones(1, 3)],
        ['outputs.loss', ones()],
        ['outputs.grad_input', ones(1, 3, 3, 1)],
        ['outputs.grad_norms', ones(1)],
        ...held.map((name) => [name, ones(1, 1, 2, 2)] as const),
      ]),
      ...{ config: {}, draws: {}, expected: {}, tolerance: { atol: 0, rtol: 0 } },
      metadata: {
        input: { name: 'images', shape: [1, 12, 12, 1] },
        target: [0],
        parameters: 0,
        state_dict: {},
        stage_shapes: [],
        grad_norms_order: ['fc3.bias'],
      },
    });
    const missed = checks.filter(({ error }) => error === Number.POSITIVE_INFINITY);
    expect(missed.map(({ what }) => what)).toEqual(held);
  },
);
