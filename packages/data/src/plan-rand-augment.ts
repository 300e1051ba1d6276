import {
  type ByteOp,
  type ByteOperation,
  checkChoice,
  checkInteger,
  checkRange,
  type Interpolation,
  invalidArgument,
  type Rng,
} from '@mix/core';
import { randAugmentPolicies } from './internal/rand-augment-policies.js';

/** Which operations there are, and how much a magnitude is of each: as in timm, in torchvision, or in FixMatch. */
export type RandAugmentPolicy = 'timm-increasing' | 'timm' | 'torchvision' | 'fixmatch';

/** Options of {@link planRandAugment}. */
export interface RandAugmentOptions {
  /**
   * `'timm-increasing'` is timm's `rand-…-inc1`, `'timm'` the same without `inc1`, after the paper's code; `'torchvision'` and `'fixmatch'`
   * have 14 operations, among them one that does nothing, in place of 15. @defaultValue 'timm-increasing'
   */
  readonly policy?: RandAugmentPolicy;
  /** Operations drawn for an image, with replacement, ≥ 0. @defaultValue 2 */
  readonly count?: number;
  /** How much of each, from 0 to 10; torchvision's magnitudes, up to 30, are three times ours. @defaultValue 9 */
  readonly magnitude?: number;
  /** Standard deviation of each operation's magnitude around that, cut off at 0 and 10; timm's `mstd`. @defaultValue 0.5 */
  readonly magnitudeDeviation?: number;
  /** Probability that an operation that was drawn is done; torchvision has 1. @defaultValue 0.5 */
  readonly prob?: number;
  /** Ways to read moved pixels, of which one is drawn each time; torchvision has nearest. @defaultValue `['bilinear', 'bicubic']` */
  readonly interpolation?: readonly Interpolation[];
  /** Bytes where a moved image leaves its frame empty; torchvision has black. @defaultValue `[128, 128, 128]` */
  readonly fill?: readonly [red: number, green: number, blue: number];
}

/** What {@link planRandAugment} drew: plain JSON. */
export interface RandAugmentPlan {
  /** Name of the operation. */
  readonly method: 'randAugment';
  /** What is done, in this order. */
  readonly operations: readonly ByteOperation[];
  /** Bytes of red, green and blue where a moved image leaves its frame empty. */
  readonly fill: readonly [red: number, green: number, blue: number];
}

/**
 * Draws the operations of RandAugment for one image. Two runs of the same `rng` draw the same.
 *
 * @param size `[height, width]` of the image, for operations that move it by a share of it.
 * @param rng Draws of this image alone.
 * @throws MixError `INVALID_ARGUMENT`.
 * @see Cubuk et al. 2020, https://arxiv.org/abs/1909.13719
 */
export function planRandAugment(
  size: readonly [height: number, width: number],
  rng: Rng,
  options: RandAugmentOptions = {},
): RandAugmentPlan {
  const {
    policy = 'timm-increasing',
    count = 2,
    magnitude = 9,
    magnitudeDeviation = 0.5,
    prob = 0.5,
    interpolation = ['bilinear', 'bicubic'],
    fill = [128, 128, 128],
  } = options;
  checkRandAugment('planRandAugment', options);
  const table = randAugmentPolicies[policy];
  const names = Object.keys(table) as (ByteOp | 'identity')[];
  const draw = (): readonly ByteOperation[] => {
    const name = rng.choice(names);
    if (rng.uniform() >= prob || name === 'identity') return [];
    const level = Math.min(10, Math.max(0, rng.normal(magnitude, magnitudeDeviation)));
    const amount = table[name]?.(level / 10, rng, size) ?? 0;
    // Adding 0 keeps −0 out of the plan: JSON does not know it.
    return [
      { op: name, amount: amount + 0, ...(moves(name) && { interpolation: rng.choice(interpolation) }) },
    ];
  };
  return { method: 'randAugment', operations: Array.from({ length: count }, draw).flat(), fill };
}

function moves(op: ByteOp): boolean {
  return /^(rotate|shear|translate)/.test(op);
}

/** Throws unless the options are in their ranges. */
export function checkRandAugment(where: string, options: RandAugmentOptions): void {
  const { policy, count = 0, magnitude = 0, magnitudeDeviation = 0, prob = 0, interpolation, fill } = options;
  if (policy !== undefined) {
    checkChoice(where, 'policy', policy, Object.keys(randAugmentPolicies) as RandAugmentPolicy[]);
  }
  checkInteger(where, 'count', count);
  checkRange(where, 'magnitude', magnitude, 0, 10);
  checkRange(where, 'magnitudeDeviation', magnitudeDeviation, 0, 10);
  checkRange(where, 'prob', prob, 0, 1);
  if (interpolation?.length === 0) {
    throw invalidArgument(where, 'interpolation', 'name at least one way', interpolation);
  }
  for (const mode of interpolation ?? []) {
    checkChoice(where, 'interpolation', mode, ['nearest', 'bilinear', 'bicubic']);
  }
  if (fill?.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255) === false) {
    throw invalidArgument(where, 'fill', 'be three bytes, from 0 to 255', fill);
  }
}
