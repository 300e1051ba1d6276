import { madd } from './arithmetic';

// Below, the result would not be a normal number.
const LEAST: f32 = -87;

/**
 * `exp(x)` for x ≤ 0 in four lanes, 0 below −87; NaN stays NaN. x = n·ln 2 + r, and a Taylor series of seven terms for r, whose
 * remainder is 5e-9.
 */
// @inline
export function expNegative(x: v128): v128 {
  const least = f32x4.splat(LEAST);
  const clamped = f32x4.max(x, least);
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(<f32>Math.LOG2E)));
  // ln 2 in two parts, the first of which is exact in products with n.
  let r = madd(clamped, n, f32x4.splat(-0.693359375));
  r = madd(r, n, f32x4.splat(2.1219444e-4));
  let p = madd(f32x4.splat(1.0 / 720), r, f32x4.splat(1.0 / 5040));
  p = madd(f32x4.splat(1.0 / 120), r, p);
  p = madd(f32x4.splat(1.0 / 24), r, p);
  p = madd(f32x4.splat(1.0 / 6), r, p);
  p = madd(f32x4.splat(0.5), r, p);
  p = madd(f32x4.splat(1), r, p);
  p = madd(f32x4.splat(1), r, p);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(p, power), f32x4.lt(x, least));
}
