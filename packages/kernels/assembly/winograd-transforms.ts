// One-dimensional transforms of Winograd's F(4x4, 3x3), four channels at a time: Lavin and Gray 2016,
// https://arxiv.org/abs/1509.09308, section 4.3. Steps are in bytes, so that each serves rows and columns.
// Of all pairs of opposite points beside 0 and infinity, 11/16 and 3/2 amplify rounding errors least, by less than half
// of what the paper's 1 and 2 do, and have exact squares.

const P: f64 = 11.0 / 16;
const Q: f64 = 3.0 / 2;
const P2: f64 = P * P;
const Q2: f64 = Q * Q;
// The divisors of `G`: products of the differences of a point and the others.
const DIVISOR_0: f64 = P2 * Q2;
const DIVISOR_P: f64 = 2 * P2 * (P2 - Q2);
const DIVISOR_Q: f64 = 2 * Q2 * (Q2 - P2);

// @inline
function scaled(x: v128, factor: f64): v128 {
  return f32x4.mul(x, f32x4.splat(<f32>factor));
}

/** Six inputs to six: `Bᵀ·d`. */
// @inline
export function transformInput(from: usize, step: usize, to: usize, toStep: usize): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + step);
  const d2 = v128.load(from + 2 * step);
  const d3 = v128.load(from + 3 * step);
  const d4 = v128.load(from + 4 * step);
  const d5 = v128.load(from + 5 * step);
  v128.store(to, f32x4.add(scaled(d0, P2 * Q2), f32x4.sub(d4, scaled(d2, P2 + Q2))));
  const a = f32x4.sub(d4, scaled(d2, Q2));
  const b = scaled(f32x4.sub(d3, scaled(d1, Q2)), P);
  v128.store(to + toStep, f32x4.add(a, b));
  v128.store(to + 2 * toStep, f32x4.sub(a, b));
  const c = f32x4.sub(d4, scaled(d2, P2));
  const e = scaled(f32x4.sub(d3, scaled(d1, P2)), Q);
  v128.store(to + 3 * toStep, f32x4.add(c, e));
  v128.store(to + 4 * toStep, f32x4.sub(c, e));
  v128.store(to + 5 * toStep, f32x4.add(scaled(d1, P2 * Q2), f32x4.sub(d5, scaled(d3, P2 + Q2))));
}

/** Six products to four outputs: `Aᵀ·m`. */
// @inline
export function transformOutput(from: usize, step: usize, to: usize, toStep: usize): void {
  const m1 = v128.load(from + step);
  const m2 = v128.load(from + 2 * step);
  const m3 = v128.load(from + 3 * step);
  const m4 = v128.load(from + 4 * step);
  const p = f32x4.add(m1, m2);
  const q = scaled(f32x4.sub(m1, m2), P);
  const r = f32x4.add(m3, m4);
  const s = scaled(f32x4.sub(m3, m4), Q);
  v128.store(to, f32x4.add(v128.load(from), f32x4.add(p, r)));
  v128.store(to + toStep, f32x4.add(q, s));
  v128.store(to + 2 * toStep, f32x4.add(scaled(p, P2), scaled(r, Q2)));
  const far = f32x4.add(scaled(q, P2), scaled(s, Q2));
  v128.store(to + 3 * toStep, f32x4.add(far, v128.load(from + 5 * step)));
}

/** Four output gradients to six: `A·y`. */
// @inline
export function transformOutputGradient(from: usize, step: usize, to: usize, toStep: usize): void {
  const y0 = v128.load(from);
  const y1 = v128.load(from + step);
  const y2 = v128.load(from + 2 * step);
  const y3 = v128.load(from + 3 * step);
  v128.store(to, y0);
  const even = f32x4.add(y0, scaled(y2, P2));
  const odd = scaled(f32x4.add(y1, scaled(y3, P2)), P);
  v128.store(to + toStep, f32x4.add(even, odd));
  v128.store(to + 2 * toStep, f32x4.sub(even, odd));
  const even2 = f32x4.add(y0, scaled(y2, Q2));
  const odd2 = scaled(f32x4.add(y1, scaled(y3, Q2)), Q);
  v128.store(to + 3 * toStep, f32x4.add(even2, odd2));
  v128.store(to + 4 * toStep, f32x4.sub(even2, odd2));
  v128.store(to + 5 * toStep, y3);
}

/** Three taps to six: `G·g`. */
// @inline
export function transformFilter(from: usize, step: usize, to: usize, toStep: usize): void {
  const g0 = v128.load(from);
  const g1 = v128.load(from + step);
  const g2 = v128.load(from + 2 * step);
  v128.store(to, scaled(g0, 1 / DIVISOR_0));
  const even = scaled(f32x4.add(g0, scaled(g2, P2)), 1 / DIVISOR_P);
  const odd = scaled(g1, P / DIVISOR_P);
  v128.store(to + toStep, f32x4.add(even, odd));
  v128.store(to + 2 * toStep, f32x4.sub(even, odd));
  const even2 = scaled(f32x4.add(g0, scaled(g2, Q2)), 1 / DIVISOR_Q);
  const odd2 = scaled(g1, Q / DIVISOR_Q);
  v128.store(to + 3 * toStep, f32x4.add(even2, odd2));
  v128.store(to + 4 * toStep, f32x4.sub(even2, odd2));
  v128.store(to + 5 * toStep, g2);
}

/** Six sums to three taps: `Gᵀ·u`. */
// @inline
export function transformFilterGradient(from: usize, step: usize, to: usize, toStep: usize): void {
  const u1 = v128.load(from + step);
  const u2 = v128.load(from + 2 * step);
  const u3 = v128.load(from + 3 * step);
  const u4 = v128.load(from + 4 * step);
  const near = scaled(f32x4.add(u1, u2), 1 / DIVISOR_P);
  const far = scaled(f32x4.add(u3, u4), 1 / DIVISOR_Q);
  v128.store(to, f32x4.add(scaled(v128.load(from), 1 / DIVISOR_0), f32x4.add(near, far)));
  const odd = scaled(f32x4.sub(u1, u2), P / DIVISOR_P);
  v128.store(to + toStep, f32x4.add(odd, scaled(f32x4.sub(u3, u4), Q / DIVISOR_Q)));
  const last = f32x4.add(scaled(near, P2), scaled(far, Q2));
  v128.store(to + 2 * toStep, f32x4.add(last, v128.load(from + 5 * step)));
}
