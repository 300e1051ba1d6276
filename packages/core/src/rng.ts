import { checkInteger, checkPositive } from './checks.js';
import { invalidArgument } from './errors.js';
import { sampleBeta, sampleGamma, sampleNormal } from './internal/distributions.js';
import { threefry2x32 } from './internal/threefry.js';

/** All of an {@link Rng}: plain JSON. */
export type RngState = {
  /** Two 32-bit words that name the stream. */
  readonly key: readonly [number, number];
  /** Numbers drawn so far. */
  readonly counter: number;
};

/**
 * Seeded randomness by counting: draw n of a stream is a function of (key, n), computed with integer and IEEE arithmetic
 * alone, so that it is the same in every engine, browser and backend.
 */
export interface Rng {
  /** A double uniform in `[low, high)`; 53 random bits. @defaultValue `[0, 1)` */
  uniform(low?: number, high?: number): number;
  /** Normal with the given mean and standard deviation. @defaultValue 0 and 1 */
  normal(mean?: number, deviation?: number): number;
  /** Gamma with the given shape > 0 and scale 1. */
  gamma(shape: number): number;
  /** Beta(a, b) with a, b > 0; `Beta(Infinity, Infinity)` is ½. */
  beta(a: number, b: number): number;
  /** An integer uniform in `[0, limit)`. */
  integer(limit: number): number;
  /** A uniform permutation of `0..size-1`. */
  permutation(size: number): number[];
  /** A permutation of `0..size-1` without a fixed point (uniform up to ten redraws, then a cyclic shift); `[0]` for 1. */
  derangement(size: number): number[];
  /** One of `items`, uniformly or with probabilities in proportion to `weights`. */
  choice<T>(items: readonly T[], weights?: readonly number[]): T;
  /** An independent stream that depends on this one's key and on `keys` alone, not on what was drawn so far. */
  fork(...keys: readonly (string | number)[]): Rng;
  /** A new independent stream at each call: draws one number here and forks by it. */
  split(): Rng;
  /** Where the stream is, for {@link restoreRng}. */
  state(): RngState;
}

/**
 * Makes a stream from a seed.
 *
 * @param seed An integer from 0 to 2^53 − 1; 0 is a seed like any other.
 */
export function createRng(seed: number): Rng {
  checkInteger('createRng', 'seed', seed);
  const key = new Uint32Array(2);
  threefry2x32(seed >>> 0, Math.floor(seed / 2 ** 32), 0x6d69785f, 0x73656564, key);
  return new ThreefryRng(key[0] as number, key[1] as number, 0);
}

/** Goes on where {@link Rng.state} was taken. */
export function restoreRng(state: RngState): Rng {
  if (!Array.isArray(state?.key)) {
    throw invalidArgument('restoreRng', 'state', 'have a key of two integers and a counter', state);
  }
  const [k0, k1] = state.key;
  checkInteger('restoreRng', 'state.key[0]', k0);
  checkInteger('restoreRng', 'state.key[1]', k1);
  checkInteger('restoreRng', 'state.counter', state.counter);
  return new ThreefryRng(k0, k1, state.counter);
}

class ThreefryRng implements Rng {
  readonly #k0: number;
  readonly #k1: number;
  readonly #block = new Uint32Array(2);
  #counter: number;

  constructor(k0: number, k1: number, counter: number) {
    this.#k0 = k0;
    this.#k1 = k1;
    this.#counter = counter;
  }

  uniform(low = 0, high = 1): number {
    const unit = this.#unit();
    return low + unit * (high - low);
  }

  normal(mean = 0, deviation = 1): number {
    return mean + deviation * sampleNormal(this);
  }

  gamma(shape: number): number {
    checkPositive('Rng.gamma', 'shape', shape);
    return sampleGamma(this, shape);
  }

  beta(a: number, b: number): number {
    if (a === Infinity && b === Infinity) return 0.5;
    checkPositive('Rng.beta', 'a', a);
    checkPositive('Rng.beta', 'b', b);
    return sampleBeta(this, a, b);
  }

  integer(limit: number): number {
    checkInteger('Rng.integer', 'limit', limit, 1);
    // 53 bits against limits below 2^32: the bias is under 2^-21 of a draw and cannot be seen.
    return Math.floor(this.#unit() * limit);
  }

  permutation(size: number): number[] {
    checkInteger('Rng.permutation', 'size', size);
    const order = Array.from({ length: size }, (_, index) => index);
    for (let last = size - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const held = order[last] as number;
      order[last] = order[other] as number;
      order[other] = held;
    }
    return order;
  }

  derangement(size: number): number[] {
    checkInteger('Rng.derangement', 'size', size);
    if (size < 2) return this.permutation(size);
    for (let attempt = 0; attempt < 10; attempt++) {
      const order = this.permutation(size);
      if (order.every((partner, index) => partner !== index)) return order;
    }
    const shift = 1 + this.integer(size - 1);
    return Array.from({ length: size }, (_, index) => (index + shift) % size);
  }

  choice<T>(items: readonly T[], weights?: readonly number[]): T {
    if (items.length === 0) throw invalidArgument('Rng.choice', 'items', 'not be empty', items);
    return items[
      weights === undefined ? this.integer(items.length) : this.#weighted(items.length, weights)
    ] as T;
  }

  fork(...keys: readonly (string | number)[]): Rng {
    if (keys.length === 0)
      throw invalidArgument('Rng.fork', 'keys', 'hold at least one name or number', keys);
    const key = new Uint32Array([this.#k0, this.#k1]);
    for (const name of keys) foldIn(key, name);
    return new ThreefryRng(key[0] as number, key[1] as number, 0);
  }

  split(): Rng {
    return this.fork('split', Math.floor(this.#unit() * 2 ** 53));
  }

  state(): RngState {
    return { key: [this.#k0, this.#k1], counter: this.#counter };
  }

  #unit(): number {
    const counter = this.#counter++;
    threefry2x32(this.#k0, this.#k1, counter >>> 0, Math.floor(counter / 2 ** 32), this.#block);
    // By index: destructuring would go through the array's iterator.
    const high = this.#block[0] as number;
    const low = this.#block[1] as number;
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  }

  #weighted(count: number, weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (
      weights.length !== count ||
      !(total > 0 && total < Infinity) ||
      weights.some((weight) => !(weight >= 0))
    ) {
      throw invalidArgument('Rng.choice', 'weights', `be ${count} non-negative numbers, not all 0`, weights);
    }
    let rest = this.#unit() * total;
    for (let index = 0; index < count; index++) {
      rest -= weights[index] as number;
      if (rest < 0) return index;
    }
    return weights.findLastIndex((weight) => weight > 0);
  }
}

// A name's UTF-16 units, or a number's 64 bits, are absorbed one block each; the first word tells the two apart.
function foldIn(key: Uint32Array, name: string | number): void {
  if (typeof name === 'string') {
    threefry2x32(key[0] as number, key[1] as number, 1, name.length, key);
    for (let index = 0; index < name.length; index++) {
      threefry2x32(key[0] as number, key[1] as number, 2, name.charCodeAt(index), key);
    }
    return;
  }
  checkInteger('Rng.fork', 'key', name);
  threefry2x32(key[0] as number, key[1] as number, 3, Math.floor(name / 2 ** 32), key);
  threefry2x32(key[0] as number, key[1] as number, 4, name >>> 0, key);
}
