import { createRng } from '@mix/core';
import { describe, expect, it } from 'vitest';
import { planRandAugment, type RandAugmentOptions, type RandAugmentPolicy } from './plan-rand-augment.js';

const size = [64, 100] as const;

/** The different amounts of each operation in a long plan, sorted. */
function amountsOf(options: RandAugmentOptions): Record<string, readonly number[]> {
  const { operations } = planRandAugment(size, createRng(3), { count: 600, prob: 1, ...options });
  const found: Record<string, Set<number>> = {};
  for (const { op, amount } of operations) found[op] = (found[op] ?? new Set()).add(amount);
  return Object.fromEntries(
    Object.entries(found).map(([op, amounts]) => [
      op,
      [...amounts].sort((a, b) => a - b).map((amount) => Number(amount.toFixed(9))),
    ]),
  );
}

const either = (value: number) => [-value, value];
const factors = (values: readonly number[]) => ({
  brightness: values,
  colour: values,
  contrast: values,
  sharpness: values,
});
const plain = { autocontrast: [0], equalize: [0] };
const turned = { rotate: either(21), shearX: either(0.21), shearY: either(0.21) };

// timm: level_to_arg of each operation at level 7; torchvision: RandAugment()._augmentation_space(31, [64, 100]) at bin 21.
const expected: Readonly<Record<RandAugmentPolicy, ReturnType<typeof amountsOf>>> = {
  'timm-increasing': {
    ...plain,
    ...turned,
    ...factors([0.37, 1.63]),
    invert: [0],
    posterize: [2],
    solarize: [77],
    solarizeAdd: [77],
    translateX: either(31.5),
    translateY: either(20.16),
  },
  timm: {
    ...plain,
    ...turned,
    ...factors([1.36]),
    invert: [0],
    posterize: [2],
    solarize: [179],
    solarizeAdd: [77],
    translateX: either(31.5),
    translateY: either(20.16),
  },
  torchvision: {
    ...plain,
    ...turned,
    ...factors([0.37, 1.63]),
    posterize: [5],
    solarize: [76.5],
    translateX: either(31),
    translateY: either(20),
  },
  fixmatch: {
    ...plain,
    ...turned,
    ...factors([0.32, 1.68]),
    posterize: [6],
    solarize: [76.8],
    translateX: either(21),
    translateY: either(13.44),
  },
};

describe('planRandAugment', () => {
  it.each(Object.keys(expected) as RandAugmentPolicy[])('%s has these operations and amounts', (policy) => {
    expect(amountsOf({ policy, magnitude: 7, magnitudeDeviation: 0 })).toEqual(expected[policy]);
  });

  it('grows with the magnitude, which varies as asked and stays within 0 and 10', () => {
    const rotations = (options: RandAugmentOptions) => (amountsOf(options)['rotate'] ?? []).map(Math.abs);
    expect(new Set(rotations({ magnitude: 4, magnitudeDeviation: 0 }))).toEqual(new Set([12]));
    const varied = rotations({ magnitude: 9, magnitudeDeviation: 3 });
    expect(Math.max(...varied)).toBe(30);
    expect(Math.min(...varied)).toBeLessThan(24);
  });

  it('does operations with their probability, drawn with replacement and read in one of the ways', () => {
    const plan = planRandAugment(size, createRng(1), { count: 2000, prob: 0.3 });
    expect(plan.operations.length).toBeGreaterThan(520);
    expect(plan.operations.length).toBeLessThan(680);
    const ofOp = (wanted: string) => plan.operations.filter(({ op }) => op === wanted);
    const modes = ofOp('rotate').map((operation) => operation.interpolation);
    expect(new Set(modes)).toEqual(new Set(['bilinear', 'bicubic']));
    expect(ofOp('colour')[0]).not.toHaveProperty('interpolation');
    expect(planRandAugment(size, createRng(1), { prob: 0 }).operations).toEqual([]);
    expect(planRandAugment(size, createRng(1), { count: 0 }).operations).toEqual([]);
  });

  it('counts an operation that does nothing among those drawn', () => {
    const long = (policy: RandAugmentPolicy) =>
      planRandAugment(size, createRng(2), { policy, count: 1400, prob: 1 }).operations.length;
    expect(long('timm')).toBe(1400);
    expect(Math.abs(long('fixmatch') - 1300)).toBeLessThan(40);
  });

  it('repeats for a seed, as plain JSON', () => {
    const draw = (seed: number) => planRandAugment(size, createRng(seed), { count: 4, prob: 1 });
    expect(draw(0)).toEqual(JSON.parse(JSON.stringify(draw(0))));
    expect(draw(0)).not.toEqual(draw(1));
  });

  it.each<[RandAugmentOptions, string]>([
    [{ count: 1.5 }, 'planRandAugment: count must be an integer'],
    [{ magnitude: 11 }, 'planRandAugment: magnitude must be a number from 0 to 10'],
    [{ magnitudeDeviation: -1 }, 'planRandAugment: magnitudeDeviation must'],
    [{ prob: 2 }, 'planRandAugment: prob must'],
    [{ interpolation: [] }, 'planRandAugment: interpolation must name at least one way'],
    [{ interpolation: ['cubic' as 'bicubic'] }, 'planRandAugment: interpolation must'],
    [{ fill: [0, 0, 256] }, 'planRandAugment: fill must be three bytes'],
    [{ policy: 'paper' as 'timm' }, 'planRandAugment: policy must be one of'],
  ])('refuses %o', (options, message) => {
    expect(() => planRandAugment(size, createRng(0), options)).toThrow(message);
  });
});
