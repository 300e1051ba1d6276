// Elementary functions of single floats, without branches, so that the compiler vectorises a loop over any of them. Errors stay below
// 2 units in the last place (tanh, sigmoid: 3); NaN, infinities, denormals, -0, overflow and underflow come out as from the C library.
// The polynomials are minimax fits over the ranges stated beside them.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace mix {
namespace math {

#define MIX_INLINE inline __attribute__((always_inline))

MIX_INLINE uint32_t bitsOf(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

MIX_INLINE float floatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

// 2^n for n in [-126, 127].
MIX_INLINE float powerOfTwo(uint32_t n) { return floatOf((n + 127u) << 23); }

// x = n ln 2 + r, |r| <= ln 2 / 2; `expm1` is exp(r) - 1 to full relative accuracy.
struct Reduced {
  uint32_t n;
  float expm1;
};

MIX_INLINE Reduced reduce(float x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to whole numbers, which then lie in the low bits
  const float shifted = std::fma(x, 1.44269504f, kRound);
  const float n = shifted - kRound;
  float r = std::fma(n, -0.693145751953125f, x);
  r = std::fma(n, -1.42860677e-6f, r);
  float q = 1.394757389e-3f;
  q = std::fma(q, r, 8.367234077e-3f);
  q = std::fma(q, r, 4.166626702e-2f);
  q = std::fma(q, r, 1.666653815e-1f);
  q = std::fma(q, r, 5.000000065e-1f);
  return {bitsOf(shifted) - bitsOf(kRound), std::fma(q, r * r, r)};
}

MIX_INLINE float exp(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  const Reduced part = reduce(x);
  // In two factors, since 2^n itself may be denormal or too large.
  const auto half = static_cast<uint32_t>(static_cast<int32_t>(part.n) >> 1);
  return (part.expm1 + 1.0f) * powerOfTwo(half) * powerOfTwo(part.n - half);
}

MIX_INLINE float expm1(float x) {
  float y = x < -18.0f ? -18.0f : x;
  y = y > 89.0f ? 89.0f : y;
  const Reduced part = reduce(y);
  const float half = powerOfTwo(part.n - 1u);
  const float result = 2.0f * std::fma(half, part.expm1, half - 0.5f);
  return std::fabs(x) < 1e-8f ? x : result;
}

// log(1 + f) for f in [-1/3, 1/3]
MIX_INLINE float logNearOne(float f) {
  float p = -1.318027362e-1f;
  p = std::fma(p, f, 1.394604683e-1f);
  p = std::fma(p, f, -1.211814812e-1f);
  p = std::fma(p, f, 1.401462322e-1f);
  p = std::fma(p, f, -1.668520701e-1f);
  p = std::fma(p, f, 2.000978514e-1f);
  p = std::fma(p, f, -2.499969582e-1f);
  p = std::fma(p, f, 3.333322924e-1f);
  p = std::fma(p, f, -0.5f);
  return std::fma(p, f * f, f);
}

// x = 2^n (1 + f), with 1 + f in [2/3, 4/3), for a positive normal x
struct Split {
  float n;
  float f;
  uint32_t exponent;  // n, where a float has its exponent
};

MIX_INLINE Split split(float x) {
  const uint32_t exponent = (bitsOf(x) - 0x3f2aaaabu) & 0xff800000u;
  return {static_cast<float>(static_cast<int32_t>(exponent)) * 0x1p-23f, floatOf(bitsOf(x) - exponent) - 1.0f,
          exponent};
}

MIX_INLINE float log(float x) {
  const bool small = x < 0x1p-126f;
  const Split part = split(small ? x * 0x1p23f : x);
  const float n = small ? part.n - 23.0f : part.n;
  float result = std::fma(n, 0.693147182f, std::fma(n, -1.90465421e-9f, logNearOne(part.f)));
  result = x < INFINITY ? result : x;
  result = x == 0.0f ? -INFINITY : result;
  return x < 0.0f ? NAN : result;
}

MIX_INLINE float log1p(float x) {
  const float sum = 1.0f + x;
  // What the sum lost, from whichever term is the larger.
  const float lost = x > 1.0f ? 1.0f - (sum - x) : x - (sum - 1.0f);
  const Split part = split(sum);
  // In the scale of the mantissa; it is below a rounding error of it.
  const float f = part.f + (x < 0x1p30f ? lost * floatOf(0x3f800000u - part.exponent) : 0.0f);
  float result = std::fma(part.n, 0.693147182f, std::fma(part.n, -1.90465421e-9f, logNearOne(f)));
  result = sum < INFINITY ? result : sum;
  result = std::fabs(x) < 1e-8f ? x : result;
  result = x == -1.0f ? -INFINITY : result;
  return x < -1.0f ? NAN : result;
}

MIX_INLINE float tanh(float x) {
  const float size = std::fabs(x);
  const float e = expm1(2.0f * (size > 10.0f ? 10.0f : size));
  return std::copysign(e / (e + 2.0f), x);
}

MIX_INLINE float sigmoid(float x) {
  const float e = exp(-std::fabs(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

MIX_INLINE float softplus(float x) { return (x < 0.0f ? 0.0f : x) + log1p(exp(-std::fabs(x))); }

MIX_INLINE float erf(float x) {
  const float size = std::fabs(x);
  // |x| <= 1: (erf(x) - x) / x in x^2
  const float s = size * size;
  float near = 7.889119958e-5f;
  near = std::fma(near, s, -8.020841361e-4f);
  near = std::fma(near, s, 5.189535341e-3f);
  near = std::fma(near, s, -2.685444459e-2f);
  near = std::fma(near, s, 1.128360018e-1f);
  near = std::fma(near, s, -3.761262714e-1f);
  near = std::fma(near, s, 1.283791659e-1f);
  near = std::fma(near, x, x);
  // 1 < |x| <= 4: log(1 - erf(|x|))
  const float t = size > 4.0f ? 4.0f : size;
  float far = 1.331624765e-4f;
  far = std::fma(far, t, -2.401822157e-3f);
  far = std::fma(far, t, 1.957872762e-2f);
  far = std::fma(far, t, -9.826405805e-2f);
  far = std::fma(far, t, -6.438265471e-1f);
  far = std::fma(far, t, -1.123622343f);
  far = std::fma(far, t, -1.202682997e-3f);
  const float result = std::copysign(1.0f - exp(far), x);
  return size <= 1.0f ? near : result;
}

}  // namespace math
}  // namespace mix
