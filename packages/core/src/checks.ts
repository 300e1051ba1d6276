import { invalidArgument } from './errors.js';

/** Throws unless `value` is a finite number above zero. */
export function checkPositive(where: string, argument: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) {
    throw invalidArgument(where, argument, 'be a finite number above 0', value);
  }
}

/** Throws unless `value` is a number in `[low, high]`; `Number.MAX_VALUE` is no bound but of what is finite. */
export function checkRange(where: string, argument: string, value: number, low: number, high: number): void {
  if (!(typeof value === 'number' && value >= low && value <= high)) {
    const range =
      high === Number.MAX_VALUE && Number.isFinite(low)
        ? `a finite number of at least ${low}`
        : `a number from ${low} to ${high}`;
    throw invalidArgument(where, argument, `be ${range}`, value);
  }
}

/** Throws unless `value` is an integer of at least `low`. */
export function checkInteger(where: string, argument: string, value: number, low = 0): void {
  if (!(Number.isSafeInteger(value) && value >= low)) {
    throw invalidArgument(where, argument, `be an integer of at least ${low}`, value);
  }
}

/** Throws unless `value` is one of `choices`. */
export function checkChoice<T extends string>(
  where: string,
  argument: string,
  value: string,
  choices: readonly T[],
): asserts value is T {
  if (!choices.some((choice) => choice === value)) {
    throw invalidArgument(where, argument, `be one of ${choices.map((c) => `'${c}'`).join(', ')}`, value);
  }
}
