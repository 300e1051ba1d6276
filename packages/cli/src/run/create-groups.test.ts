import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/resolve-config.js';
import { createGroups } from './create-groups.js';

const groups = (content: Readonly<Record<string, unknown>>) =>
  createGroups(resolveConfig({ file: { name: 'test', content }, flags: new Map() }), 10, { 'fc.bias': 2 });

describe('createGroups', () => {
  it('has the classifier alone without a generator of masks', () => {
    const { optimizers, schedule } = groups({ method: { mixer: 'mixup' } });
    expect([Object.keys(optimizers), Object.keys(schedule)]).toEqual([['classifier'], ['classifier']]);
  });

  it("gives single variables of the classifier's their rates", () => {
    for (const optimizer of ['sgd', 'adamw']) {
      const { optimizers } = groups({ method: { mixer: 'automix' }, train: { optimizer } });
      expect(optimizers['classifier']?.settings).toMatchObject({ rates: { 'fc.bias': 2 } });
      expect(optimizers['generator']?.settings).not.toHaveProperty('rates');
    }
  });

  it("gives the generator the classifier's optimiser, and a rate of its own", () => {
    const train = { epochs: 2, weightDecay: 0.01, learningRate: 0.2 };
    const { optimizers, schedule } = groups({ method: { mixer: 'automix' }, train });
    expect(optimizers['classifier']?.settings).toMatchObject(optimizers['generator']?.settings ?? {});
    expect(schedule['classifier']?.(0)).toBe(0.2);
    expect(schedule['generator']?.(0)).toBe(0.01);
    expect(schedule['generator']?.(20)).toBeCloseTo(0, 12);
  });

  it('gives it other settings where they are named', () => {
    const method = {
      mixer: 'adautomix',
      generatorMomentum: 0,
      generatorWeightDecay: 0.3,
      generatorFinalRate: 0.004,
    };
    const { optimizers, schedule } = groups({ method, train: { epochs: 1 } });
    expect(optimizers['generator']?.settings).toMatchObject({
      momentum: 0,
      nesterov: false,
      weightDecay: 0.3,
    });
    expect(optimizers['classifier']?.settings).toMatchObject({ momentum: 0.9, nesterov: true });
    expect(schedule['generator']?.(10)).toBeCloseTo(0.004, 12);
    const other = groups({ method: { mixer: 'samix', generatorOptimizer: 'adamw' } }).optimizers['generator'];
    expect(other?.settings).toMatchObject({ beta2: 0.999 });
  });

  it('ends at the final rate, and changes by step or by epoch', () => {
    const train = { epochs: 4, learningRate: 0.1, finalRate: 0.05 };
    const rates = (scheduleBy: string) => groups({ train: { ...train, scheduleBy } }).schedule['classifier'];
    expect(rates('step')?.(40)).toBeCloseTo(0.05, 12);
    expect(rates('step')?.(19)).toBeLessThan(rates('step')?.(10) ?? 0);
    expect(rates('epoch')?.(19)).toBe(rates('step')?.(10));
    expect(rates('epoch')?.(20)).toBe(rates('step')?.(20));
  });

  it('warms up before the cosine, or within it as openmixup does, the generator for as long as it says', () => {
    const train = { epochs: 4, learningRate: 1, finalRate: 0.2, warmupEpochs: 1 };
    const method = { mixer: 'automix', generatorLearningRate: 1, generatorFinalRate: 0.2 };
    const before = groups({ method, train }).schedule;
    expect([0, 9, 10].map((step) => before['classifier']?.(step))).toEqual([0.1, 1, 1]);
    expect(before['generator']?.(0)).toBe(0.1);
    const within = groups({
      method: { ...method, generatorWarmupEpochs: 0 },
      train: { ...train, warmup: 'within', warmupFrom: 0.01 },
    }).schedule;
    const regular = (step: number) => 0.2 + 0.4 * (1 + Math.cos((Math.PI * step) / 40));
    for (const step of [0, 3, 9]) {
      expect(within['classifier']?.(step)).toBeCloseTo(regular(step) * (0.01 + 0.099 * step), 12);
    }
    expect(within['classifier']?.(10)).toBeCloseTo(regular(10), 12);
    for (const step of [0, 3, 30]) expect(within['generator']?.(step)).toBeCloseTo(regular(step), 12);
  });
});
