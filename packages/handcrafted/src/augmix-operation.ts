import { invalidArgument, type Rng } from '@mix/core';
import { isFields } from './internal/check-plan.js';

/** Operations of AugMix that its test corruptions do not hold: the published code's default. */
export const augmixOps = [
  'autocontrast',
  'equalize',
  'posterize',
  'rotate',
  'solarize',
  'shearX',
  'shearY',
  'translateX',
  'translateY',
] as const;

// Written out: bundlers keep a list that is spread, used or not.
/** The operations of {@link augmixOps}, and those that overlap with the corruptions of CIFAR-C and ImageNet-C. */
export const allAugmixOps = [
  'autocontrast',
  'equalize',
  'posterize',
  'rotate',
  'solarize',
  'shearX',
  'shearY',
  'translateX',
  'translateY',
  'colour',
  'contrast',
  'brightness',
  'sharpness',
] as const;

/** Name of an operation of AugMix. */
export type AugmixOp = (typeof allAugmixOps)[number];

/** One operation of a chain. */
export interface AugmixOperation {
  /** Which. */
  readonly op: AugmixOp;
  /**
   * How much: bits kept (`posterize`), degrees anticlockwise (`rotate`), the byte from which to invert (`solarize`), pixels a pixel
   * (`shearX`, `shearY`), pixels (`translateX`, `translateY`), or the factor of colour, contrast, brightness or sharpness, 1 for no
   * change. `autocontrast` and `equalize` have none: 0.
   */
  readonly amount: number;
}

/**
 * What an operation does at a level L, before its sign: `4 − ⌊0.4·L⌋` bits, `⌊3·L⌋` degrees, the threshold `256 − ⌊25.6·L⌋`, a shear of
 * `0.03·L`, a shift of `⌊L·side/30⌋` pixels, a factor of `0.18·L + 0.1`.
 *
 * @param op Which operation.
 * @param level L, above 0 and at most 10.
 * @param size Height and width of the image, of which shifts depend.
 */
export function augmixAmount(
  op: AugmixOp,
  level: number,
  [height, width]: readonly [height: number, width: number],
): number {
  switch (op) {
    case 'autocontrast':
    case 'equalize':
      return 0;
    case 'posterize':
      return 4 - Math.trunc((level * 4) / 10);
    case 'rotate':
      return Math.trunc((level * 30) / 10);
    case 'solarize':
      return 256 - Math.trunc((level * 256) / 10);
    case 'shearX':
    case 'shearY':
      return (level * 0.3) / 10;
    case 'translateX':
      return Math.trunc((level * (width / 3)) / 10);
    case 'translateY':
      return Math.trunc((level * (height / 3)) / 10);
    case 'colour':
    case 'contrast':
    case 'brightness':
    case 'sharpness':
      return (level * 1.8) / 10 + 0.1;
  }
}

const signed: readonly AugmixOp[] = ['rotate', 'shearX', 'shearY', 'translateX', 'translateY'];

/** Draws one operation: which, its level from U(0.1, severity), and for movements the sign. */
export function drawOperation(
  ops: readonly AugmixOp[],
  severity: number,
  size: readonly [height: number, width: number],
  own: Rng,
): AugmixOperation {
  const op = own.choice(ops);
  const amount = augmixAmount(op, own.uniform(0.1, severity), size);
  const flip = signed.includes(op) && own.uniform() > 0.5;
  // Adding 0 keeps −0 out of the plan: JSON does not know it.
  return { op, amount: flip ? -amount + 0 : amount };
}

/** Throws unless this is an operation that can be applied. */
export function checkOperation(where: string, operation: AugmixOperation): void {
  const { op, amount } = isFields(operation) ? operation : { op: operation, amount: 0 };
  if (!allAugmixOps.includes(op)) {
    throw invalidArgument(where, 'plan.rows', `have operations out of ${allAugmixOps.join(', ')}`, op);
  }
  const bits = op === 'posterize' && !(Number.isInteger(amount) && amount >= 0 && amount <= 8);
  if (!Number.isFinite(amount) || bits) {
    throw invalidArgument(where, 'plan.rows', `have an amount that '${op}' can use`, amount);
  }
}
