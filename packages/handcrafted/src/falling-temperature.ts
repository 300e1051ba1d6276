import { checkPositive, checkRange } from '@mix/core';

/** Options of {@link fallingTemperature}. */
export interface FallingTemperatureOptions {
  /** Progress up to which T is 1, in `[0,1]`. @defaultValue 110 / 300 */
  readonly from?: number;
  /** Progress from which T is `last`, from `from` to 1. @defaultValue 200 / 300, or `from` if that is more */
  readonly to?: number;
  /** The T at the end, above 0. @defaultValue 0.001 */
  readonly last?: number;
}

/**
 * A temperature that falls linearly from 1 to `last` while training goes from `from` to `to`: M-correction's, which makes soft
 * opinions hard.
 *
 * @returns T at a progress.
 * @see Arazo et al. 2019, https://arxiv.org/abs/1904.11238
 */
export function fallingTemperature({
  from = 110 / 300,
  to = Math.max(200 / 300, from),
  last = 0.001,
}: FallingTemperatureOptions = {}): (progress: number) => number {
  checkRange('fallingTemperature', 'from', from, 0, 1);
  checkRange('fallingTemperature', 'to', to, from, 1);
  checkPositive('fallingTemperature', 'last', last);
  return (progress) => {
    if (progress <= from) return 1;
    return progress < to ? 1 + ((last - 1) * (progress - from)) / (to - from) : last;
  };
}
