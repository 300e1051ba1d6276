import type { Tensor } from '@tensorflow/tfjs-core';
import { type GoldenCase, values } from './golden-case.js';

/** One compared quantity: it passes when `error ≤ limit`. */
export interface Check {
  readonly what: string;
  readonly error: number;
  readonly limit: number;
}

type Numbers = Tensor | ArrayLike<number>;

/** Compares with a tensor of the case: largest difference against `atol + rtol · max |wanted|`. */
export async function compare(golden: GoldenCase, name: string, got: Numbers): Promise<Check> {
  const wanted = values(golden, name);
  const { atol, rtol } = golden.tolerance;
  return compareNumbers(name, await numbers(got), wanted, atol + rtol * largest(wanted));
}

/** Compares with a tensor of the case that must be met exactly. */
export async function compareExactly(golden: GoldenCase, name: string, got: Numbers): Promise<Check> {
  return compareNumbers(name, await numbers(got), values(golden, name), 0);
}

/** Compares with a tensor of the case by relative error, `max|a−b| / max|b|`. */
export async function compareRelatively(
  golden: GoldenCase,
  name: string,
  got: Numbers,
  limit: number,
): Promise<Check> {
  const wanted = values(golden, name);
  const scale = largest(wanted);
  const { error } = compareNumbers(name, await numbers(got), wanted, 0);
  return { what: name, error: error / scale, limit };
}

/** Compares two lists by their largest difference. NaN or another length is an infinite error. */
export function compareNumbers(
  what: string,
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  limit: number,
): Check {
  let error = got.length === wanted.length ? 0 : Infinity;
  for (let index = 0; index < wanted.length && error < Infinity; index++) {
    const [a, b] = [got[index] as number, wanted[index] as number];
    const difference = Object.is(a, b) ? 0 : Math.abs(a - b);
    error = Number.isNaN(difference) ? Infinity : Math.max(error, difference);
  }
  return { what, error, limit };
}

async function numbers(got: Numbers): Promise<ArrayLike<number>> {
  return 'dataId' in got ? await got.data() : got;
}

function largest(list: readonly number[]): number {
  return list.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
