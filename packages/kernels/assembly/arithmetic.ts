/** `a·b + acc` in four lanes; fused where the module is compiled with relaxed SIMD. */
// @inline
export function madd(acc: v128, a: v128, b: v128): v128 {
  return f32x4.add(acc, f32x4.mul(a, b));
}

/** First `o` in `[0, count)` with `o·stride + shift >= 0`. */
// @inline
export function firstValid(shift: i32, stride: i32, count: i32): i32 {
  return shift >= 0 ? 0 : min((stride - 1 - shift) / stride, count);
}

/** One past the last `o` in `[0, count)` with `o·stride + shift < size`. */
// @inline
export function endValid(shift: i32, stride: i32, count: i32, size: i32): i32 {
  return size - shift <= 0 ? 0 : min((size - shift + stride - 1) / stride, count);
}
