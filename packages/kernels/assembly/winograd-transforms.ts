// One-dimensional transforms of Winograd's F(4x4, 3x3), four channels at a time: Lavin and Gray 2016,
// https://arxiv.org/abs/1509.09308, section 4.3. Steps are in bytes, so that each serves rows and columns.

// @inline
function scaled(x: v128, factor: f32): v128 {
  return f32x4.mul(x, f32x4.splat(factor));
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
  v128.store(to, f32x4.add(f32x4.sub(scaled(d0, 4), scaled(d2, 5)), d4));
  const a = f32x4.sub(d4, scaled(d2, 4));
  const b = f32x4.sub(d3, scaled(d1, 4));
  v128.store(to + toStep, f32x4.add(a, b));
  v128.store(to + 2 * toStep, f32x4.sub(a, b));
  const c = f32x4.sub(d4, d2);
  const e = scaled(f32x4.sub(d3, d1), 2);
  v128.store(to + 3 * toStep, f32x4.add(c, e));
  v128.store(to + 4 * toStep, f32x4.sub(c, e));
  v128.store(to + 5 * toStep, f32x4.add(f32x4.sub(scaled(d1, 4), scaled(d3, 5)), d5));
}

/** Six products to four outputs: `Aᵀ·m`. */
// @inline
export function transformOutput(from: usize, step: usize, to: usize, toStep: usize): void {
  const m1 = v128.load(from + step);
  const m2 = v128.load(from + 2 * step);
  const m3 = v128.load(from + 3 * step);
  const m4 = v128.load(from + 4 * step);
  const p = f32x4.add(m1, m2);
  const q = f32x4.sub(m1, m2);
  const r = f32x4.add(m3, m4);
  const s = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(v128.load(from), p), r));
  v128.store(to + toStep, f32x4.add(q, scaled(s, 2)));
  v128.store(to + 2 * toStep, f32x4.add(p, scaled(r, 4)));
  v128.store(to + 3 * toStep, f32x4.add(f32x4.add(q, scaled(s, 8)), v128.load(from + 5 * step)));
}

/** Four output gradients to six: `A·y`. */
// @inline
export function transformOutputGradient(from: usize, step: usize, to: usize, toStep: usize): void {
  const y0 = v128.load(from);
  const y1 = v128.load(from + step);
  const y2 = v128.load(from + 2 * step);
  const y3 = v128.load(from + 3 * step);
  v128.store(to, y0);
  const even = f32x4.add(y0, y2);
  const odd = f32x4.add(y1, y3);
  v128.store(to + toStep, f32x4.add(even, odd));
  v128.store(to + 2 * toStep, f32x4.sub(even, odd));
  const even2 = f32x4.add(y0, scaled(y2, 4));
  const odd2 = f32x4.add(scaled(y1, 2), scaled(y3, 8));
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
  v128.store(to, scaled(g0, 0.25));
  const outer = f32x4.add(g0, g2);
  v128.store(to + toStep, scaled(f32x4.add(outer, g1), <f32>(-1.0 / 6)));
  v128.store(to + 2 * toStep, scaled(f32x4.sub(outer, g1), <f32>(-1.0 / 6)));
  const even = f32x4.add(scaled(g0, <f32>(1.0 / 24)), scaled(g2, <f32>(1.0 / 6)));
  const odd = scaled(g1, <f32>(1.0 / 12));
  v128.store(to + 3 * toStep, f32x4.add(even, odd));
  v128.store(to + 4 * toStep, f32x4.sub(even, odd));
  v128.store(to + 5 * toStep, g2);
}

/** Six sums to three taps: `Gᵀ·u`. */
// @inline
export function transformFilterGradient(from: usize, step: usize, to: usize, toStep: usize): void {
  const u1 = v128.load(from + step);
  const u2 = v128.load(from + 2 * step);
  const u3 = v128.load(from + 3 * step);
  const u4 = v128.load(from + 4 * step);
  const sixth = scaled(f32x4.add(u1, u2), <f32>(1.0 / 6));
  const far = f32x4.add(u3, u4);
  const first = f32x4.sub(scaled(v128.load(from), 0.25), sixth);
  v128.store(to, f32x4.add(first, scaled(far, <f32>(1.0 / 24))));
  const middle = scaled(f32x4.sub(u2, u1), <f32>(1.0 / 6));
  v128.store(to + toStep, f32x4.add(middle, scaled(f32x4.sub(u3, u4), <f32>(1.0 / 12))));
  const last = f32x4.sub(scaled(far, <f32>(1.0 / 6)), sixth);
  v128.store(to + 2 * toStep, f32x4.add(last, v128.load(from + 5 * step)));
}
