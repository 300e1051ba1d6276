// Logarithm and exponential from +, −, ×, ÷ alone, which IEEE 754 fixes to the last bit. Math.log and Math.exp differ by
// an ulp between engines, and a rejection sampler may turn that into another sequence of draws.

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** Natural logarithm of a positive, finite double; about one ulp. */
export function portableLog(x: number): number {
  let exponent = 0;
  let scaled = x;
  if (scaled < 2 ** -1022) {
    scaled *= 2 ** 54;
    exponent = -54;
  }
  bits.setFloat64(0, scaled);
  const high = bits.getUint32(0);
  exponent += ((high >>> 20) & 0x7ff) - 1023;
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2·artanh(s) with s = (m − 1)/(m + 1), |s| < 0.172: eleven terms reach double precision.
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let series = 0;
  for (let k = 21; k >= 3; k -= 2) series = (series + 1 / k) * square;
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * s * series + 2 * s);
}

/** Exponential of a double; about two ulps; 0 below −745 and Infinity above 709.78. */
export function portableExp(x: number): number {
  if (x < -745.2) return 0;
  if (x > 709.79) return Infinity;
  const n = Math.round(x / Math.LN2);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let series = 1;
  for (let k = 14; k >= 1; k--) series = 1 + (series * r) / k;
  const half = Math.trunc(n / 2);
  return series * powerOfTwo(half) * powerOfTwo(n - half);
}

function powerOfTwo(n: number): number {
  bits.setUint32(0, (n + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}
