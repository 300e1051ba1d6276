import { madd } from './arithmetic';

// What adding does not change, whatever its sign.
const NOTHING: f32 = -0.0;

/** `to = share·x`, or `to += share·x` where `add` is 1. */
export function scale(x: usize, to: usize, count: i32, share: f32, add: i32): void {
  const shares = f32x4.splat(share);
  const vectors = count & ~3;
  const end = x + ((<usize>vectors) << 2);
  if (add) {
    for (; x < end; x += 16, to += 16) v128.store(to, madd(v128.load(to), v128.load(x), shares));
  } else {
    for (; x < end; x += 16, to += 16) v128.store(to, f32x4.mul(v128.load(x), shares));
  }
  for (let i = vectors; i < count; i++, x += 4, to += 4) {
    store<f32>(to, add ? load<f32>(to) + share * load<f32>(x) : share * load<f32>(x));
  }
}

/** `to = a·x + b·y`: a pair in one pass. */
export function blendPair(x: usize, y: usize, to: usize, count: i32, a: f32, b: f32): void {
  const first = f32x4.splat(a);
  const second = f32x4.splat(b);
  const vectors = count & ~3;
  const end = x + ((<usize>vectors) << 2);
  for (; x < end; x += 16, y += 16, to += 16) {
    v128.store(to, madd(f32x4.mul(v128.load(x), first), v128.load(y), second));
  }
  for (let i = vectors; i < count; i++, x += 4, y += 4, to += 4) {
    store<f32>(to, a * load<f32>(x) + b * load<f32>(y));
  }
}

/** A share of 0 takes nothing of what it weights, not even a NaN. */
// @inline
function part(share: v128, x: v128): v128 {
  const none = f32x4.eq(share, f32x4.splat(0));
  return v128.bitselect(f32x4.splat(NOTHING), f32x4.mul(share, x), none);
}

// @inline
function put(to: usize, value: v128, add: i32): void {
  v128.store(to, add ? f32x4.add(v128.load(to), value) : value);
}

/** The share of a pixel, or the rest of 1. */
// @inline
function shareAt(mask: usize, rest: i32): f32 {
  const share = load<f32>(mask);
  return rest ? 1 - share : share;
}

/** The shares of four pixels, which lie `step` bytes apart. */
// @inline
function sharesAt(mask: usize, step: usize, rest: i32): v128 {
  let shares = step === 4 ? v128.load(mask) : v128.load32_splat(mask);
  if (step !== 4) {
    shares = v128.load32_lane(mask + step, shares, 1);
    shares = v128.load32_lane(mask + 2 * step, shares, 2);
    shares = v128.load32_lane(mask + 3 * step, shares, 3);
  }
  return rest ? f32x4.sub(f32x4.splat(1), shares) : shares;
}

/**
 * `to = mask·x`, or `to += mask·x` where `add` is 1, for `pixels` of `depth` elements. Shares lie `step` bytes apart; where `rest` is 1
 * they count as 1 minus what is there.
 */
export function weight(
  x: usize,
  mask: usize,
  to: usize,
  pixels: i32,
  depth: i32,
  step: usize,
  rest: i32,
  add: i32,
): void {
  let p = 0;
  if (depth === 3) {
    for (; p + 4 <= pixels; p += 4, x += 48, to += 48, mask += 4 * step) {
      const shares = sharesAt(mask, step, rest);
      put(to, part(v128.shuffle<i32>(shares, shares, 0, 0, 0, 1), v128.load(x)), add);
      put(to + 16, part(v128.shuffle<i32>(shares, shares, 1, 1, 2, 2), v128.load(x + 16)), add);
      put(to + 32, part(v128.shuffle<i32>(shares, shares, 2, 3, 3, 3), v128.load(x + 32)), add);
    }
  } else if (depth === 1) {
    for (; p + 4 <= pixels; p += 4, x += 16, to += 16, mask += 4 * step) {
      put(to, part(sharesAt(mask, step, rest), v128.load(x)), add);
    }
  }
  for (; p < pixels; p++, mask += step) {
    const share = shareAt(mask, rest);
    const shares = f32x4.splat(share);
    let c = 0;
    for (; c + 4 <= depth; c += 4, x += 16, to += 16) put(to, part(shares, v128.load(x)), add);
    for (; c < depth; c++, x += 4, to += 4) {
      const value = share === 0 ? NOTHING : share * load<f32>(x);
      store<f32>(to, add ? load<f32>(to) + value : value);
    }
  }
}

/**
 * For each pixel the sum of `dy·x` over its `depth` elements, or of `dy·(x − other)` where there is an `other`, `step` bytes from
 * one to the next.
 */
export function weightGradient(
  dy: usize,
  x: usize,
  other: usize,
  to: usize,
  pixels: i32,
  depth: i32,
  step: usize,
): void {
  for (let p = 0; p < pixels; p++, to += step) {
    let sum: f32 = 0;
    for (let c = 0; c < depth; c++, dy += 4, x += 4) {
      let value = load<f32>(x);
      if (other !== 0) {
        value -= load<f32>(other);
        other += 4;
      }
      sum += load<f32>(dy) * value;
    }
    store<f32>(to, sum);
  }
}
