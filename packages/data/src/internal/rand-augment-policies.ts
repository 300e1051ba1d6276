import type { ByteOp, Rng } from '@mix/core';
import type { RandAugmentPolicy } from '../plan-rand-augment.js';

/** Draws how much of an operation there is, from a magnitude of 0 to 1 and the sides of the image. */
type AmountOf = (magnitude: number, rng: Rng, size: readonly [height: number, width: number]) => number;

/** Operations to choose from; those without one are `undefined`. */
type RandAugmentTable = Readonly<Partial<Record<ByteOp | 'identity', AmountOf | undefined>>>;

const either = (value: number, rng: Rng): number => (rng.uniform() < 0.5 ? -value : value);
const signed =
  (most: number): AmountOf =>
  (magnitude, rng) =>
    either(magnitude * most, rng);
const around =
  (least: number, range: number): AmountOf =>
  (magnitude, rng) =>
    1 + either(least + magnitude * range, rng);

const tones = { autocontrast: undefined, equalize: undefined };
const turns = { rotate: signed(30), shearX: signed(0.3), shearY: signed(0.3) };
const shifts = (most: number) =>
  ({
    translateX: (magnitude, rng, [, width]) => either(magnitude * most * width, rng),
    translateY: (magnitude, rng, [height]) => either(magnitude * most * height, rng),
  }) satisfies RandAugmentTable;
const factors = (factor: AmountOf) => ({
  brightness: factor,
  colour: factor,
  contrast: factor,
  sharpness: factor,
});

const solarizeAdd: AmountOf = (magnitude) => Math.min(128, Math.trunc(magnitude * 110));
const wholeThreshold = (magnitude: number): number => Math.min(256, Math.trunc(magnitude * 256));

/** The operations of each policy, in a fixed order: draws depend on it. */
export const randAugmentPolicies: Readonly<Record<RandAugmentPolicy, RandAugmentTable>> = {
  // timm's `rand-m9-inc1`: every operation does more where the magnitude is larger.
  'timm-increasing': {
    ...tones,
    invert: undefined,
    ...turns,
    posterize: (magnitude) => 4 - Math.trunc(magnitude * 4),
    solarize: (magnitude) => 256 - wholeThreshold(magnitude),
    solarizeAdd,
    ...factors((magnitude, rng) => Math.max(0.1, 1 + either(magnitude * 0.9, rng))),
    ...shifts(0.45),
  },
  // timm's `rand-m9`, after the code of the paper: posterize and solarize do less where it is larger, factors grow from 0.1 to 1.9.
  timm: {
    ...tones,
    invert: undefined,
    ...turns,
    posterize: (magnitude) => Math.trunc(magnitude * 4),
    solarize: wholeThreshold,
    solarizeAdd,
    ...factors((magnitude) => magnitude * 1.8 + 0.1),
    ...shifts(0.45),
  },
  // Whole pixels of at most 150 for an image of 331.
  torchvision: {
    identity: undefined,
    ...tones,
    ...turns,
    posterize: (magnitude) => 8 - Math.round(magnitude * 4),
    solarize: (magnitude) => 255 * (1 - magnitude),
    ...factors(around(0, 0.9)),
    translateX: (magnitude, rng, [, width]) => either(Math.trunc((magnitude * 150 * width) / 331), rng),
    translateY: (magnitude, rng, [height]) => either(Math.trunc((magnitude * 150 * height) / 331), rng),
  },
  // FixMatch's list, with which openmixup trains transformers on CIFAR; its posterize too does less where the magnitude is larger.
  fixmatch: {
    identity: undefined,
    ...tones,
    ...turns,
    posterize: (magnitude) => Math.trunc(4 + magnitude * 4),
    solarize: (magnitude) => 256 * (1 - magnitude),
    ...factors(around(0.05, 0.9)),
    ...shifts(0.3),
  },
};
