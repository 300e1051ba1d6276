import type { EpochRecord } from '@mix/train';
import { expect, it } from 'vitest';
import { formatEpoch } from './format-epoch.js';

const record: EpochRecord = {
  type: 'epoch',
  epoch: 3,
  step: 300,
  loss: 1.2041,
  learningRate: 0.0799999,
  validation: { loss: 1.1, top1: 0.6134, count: 1000 },
  best: true,
  seconds: 1.84,
  imagesPerSecond: 1000,
  numTensors: 100,
};

it('is one stable line', () => {
  expect(formatEpoch(record, 20)).toBe('epoch 3/20 loss 1.204 top1 61.3 1.8s lr 0.08');
  expect(formatEpoch({ ...record, learningRate: 3.45678e-7 }, 20)).toMatch(/lr 3\.46e-7$/);
});

it('leaves out what was not measured', () => {
  const { validation: _, ...unevaluated } = record;
  expect(formatEpoch(unevaluated, 20)).toBe('epoch 3/20 loss 1.204 1.8s lr 0.08');
});
