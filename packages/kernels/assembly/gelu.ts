import { madd } from './arithmetic';
import { expNegative } from './exponential';

const DENSITY_AT_ZERO: f32 = 0.39894228; // 1 / √(2π)

/**
 * The normal distribution from x and its bell `exp(−x²/2)`: the tail is the bell times a polynomial in `t = 1 / (1 + 0.33·|x|)`, a
 * minimax fit that is good to 8e-9.
 */
// @inline
function distribution(x: v128, bell: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, madd(one, f32x4.splat(0.325269119), f32x4.abs(x)));
  let p = madd(f32x4.splat(-2.348266357e-1), t, f32x4.splat(4.66968421e-2));
  p = madd(f32x4.splat(3.756242436e-1), t, p);
  p = madd(f32x4.splat(-1.328063961e-1), t, p);
  p = madd(f32x4.splat(2.024732992e-1), t, p);
  p = madd(f32x4.splat(1.11427833e-1), t, p);
  p = madd(f32x4.splat(1.314108989e-1), t, p);
  const tail = f32x4.mul(bell, f32x4.mul(p, t));
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}

// @inline
function bellOf(x: v128): v128 {
  return expNegative(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

// @inline
function value(x: v128): v128 {
  return f32x4.mul(x, distribution(x, bellOf(x)));
}

// @inline
function slope(x: v128): v128 {
  const bell = bellOf(x);
  return madd(distribution(x, bell), f32x4.mul(x, f32x4.splat(DENSITY_AT_ZERO)), bell);
}

/** `y = x · Φ(x)`. */
export function gelu(x: usize, y: usize, count: i32): void {
  const end = x + ((<usize>(count & ~3)) << 2);
  while (x < end) {
    v128.store(y, value(v128.load(x)));
    x += 16;
    y += 16;
  }
  for (let i = 0; i < (count & 3); i++) {
    const at = (<usize>i) << 2;
    store<f32>(y + at, f32x4.extract_lane(value(v128.load32_splat(x + at)), 0));
  }
}

/** `dx = dy · (Φ(x) + x · φ(x))`. */
export function geluGradient(dy: usize, x: usize, dx: usize, count: i32): void {
  const end = x + ((<usize>(count & ~3)) << 2);
  while (x < end) {
    v128.store(dx, f32x4.mul(v128.load(dy), slope(v128.load(x))));
    x += 16;
    dy += 16;
    dx += 16;
  }
  for (let i = 0; i < (count & 3); i++) {
    const at = (<usize>i) << 2;
    store<f32>(dx + at, load<f32>(dy + at) * f32x4.extract_lane(slope(v128.load32_splat(x + at)), 0));
  }
}
