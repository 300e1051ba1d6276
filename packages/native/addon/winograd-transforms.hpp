// Winograd's F(4x4, 3x3) (Lavin & Gray 2015, https://arxiv.org/abs/1509.09308): Y = A'[(G g G') * (B' d B)]A on tiles of 6x6
// inputs d and 4x4 outputs Y, with a quarter of the direct multiplications. Of all pairs of opposite points beside 0 and infinity,
// 11/16 and 3/2 amplify rounding errors least, by less than half of what the paper's 1 and 2 do, and have exact squares.
#pragma once

#include "vectors.hpp"

namespace mix {

constexpr int kTile = 4;    // outputs
constexpr int kPatch = 6;   // inputs
constexpr int kFrequencies = kPatch * kPatch;

// The points p and q, each with its opposite.
constexpr float kP = 11.0f / 16, kQ = 3.0f / 2;
constexpr float kP2 = kP * kP, kQ2 = kQ * kQ;
// G's divisors: products of the differences of a point and the others.
constexpr double kDivisor0 = double{kP2} * kQ2, kDivisorP = 2.0 * kP2 * (kP2 - kQ2), kDivisorQ = 2.0 * kQ2 * (kQ2 - kP2);

// B' of one row or column of inputs.
inline void transformInputs(const Vector (&d)[6], Vector (&v)[6]) {
  const Vector a = d[4] - kQ2 * d[2], b = d[3] - kQ2 * d[1];
  const Vector c = d[4] - kP2 * d[2], e = d[3] - kP2 * d[1];
  v[0] = kP2 * kQ2 * d[0] + (d[4] - (kP2 + kQ2) * d[2]);
  v[1] = a + kP * b;
  v[2] = a - kP * b;
  v[3] = c + kQ * e;
  v[4] = c - kQ * e;
  v[5] = kP2 * kQ2 * d[1] + (d[5] - (kP2 + kQ2) * d[3]);
}

// A' of one row or column of products.
inline void transformProducts(const Vector (&m)[6], Vector (&y)[4]) {
  const Vector a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], e = m[3] - m[4];
  y[0] = m[0] + (a + c);
  y[1] = kP * b + kQ * e;
  y[2] = kP2 * a + kQ2 * c;
  y[3] = kP * kP2 * b + (kQ * kQ2 * e + m[5]);
}

// A of one row or column of output gradients: the transpose of the above.
inline void transformOutputGradients(const Vector (&y)[4], Vector (&e)[6]) {
  const Vector a = y[0] + kP2 * y[2], b = kP * (y[1] + kP2 * y[3]);
  const Vector c = y[0] + kQ2 * y[2], d = kQ * (y[1] + kQ2 * y[3]);
  e[0] = y[0];
  e[1] = a + b;
  e[2] = a - b;
  e[3] = c + d;
  e[4] = c - d;
  e[5] = y[3];
}

// G of one row or column of a filter.
inline void transformFilter(const Vector (&g)[3], Vector (&u)[6]) {
  constexpr float perP = 1 / kDivisorP, perQ = 1 / kDivisorQ;
  const Vector a = (g[0] + kP2 * g[2]) * perP, b = g[1] * static_cast<float>(kP / kDivisorP);
  const Vector c = (g[0] + kQ2 * g[2]) * perQ, d = g[1] * static_cast<float>(kQ / kDivisorQ);
  u[0] = g[0] * static_cast<float>(1 / kDivisor0);
  u[1] = a + b;
  u[2] = a - b;
  u[3] = c + d;
  u[4] = c - d;
  u[5] = g[2];
}

// G' of one row or column of a filter's gradient: the transpose of the above.
inline void transformFilterGradient(const Vector (&u)[6], Vector (&g)[3]) {
  constexpr float perP = 1 / kDivisorP, perQ = 1 / kDivisorQ;
  const Vector a = (u[1] + u[2]) * perP, b = (u[1] - u[2]) * static_cast<float>(kP / kDivisorP);
  const Vector c = (u[3] + u[4]) * perQ, d = (u[3] - u[4]) * static_cast<float>(kQ / kDivisorQ);
  g[0] = u[0] * static_cast<float>(1 / kDivisor0) + a + c;
  g[1] = b + d;
  g[2] = kP2 * a + kQ2 * c + u[5];
}

}  // namespace mix
