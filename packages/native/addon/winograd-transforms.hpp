// Winograd's F(4x4, 3x3) (Lavin & Gray 2015, https://arxiv.org/abs/1509.09308): Y = A'[(G g G') * (B' d B)]A on tiles of 6x6
// inputs d and 4x4 outputs Y, with a quarter of the direct multiplications. Interpolation points 0, 1, -1, 2, -2 and infinity.
#pragma once

#include "vectors.hpp"

namespace mix {

constexpr int kTile = 4;    // outputs
constexpr int kPatch = 6;   // inputs
constexpr int kFrequencies = kPatch * kPatch;

// B' of one row or column of inputs.
inline void transformInputs(const Vector (&d)[6], Vector (&v)[6]) {
  const Vector a = d[4] - 4 * d[2], b = d[3] - 4 * d[1];
  const Vector c = d[4] - d[2], e = 2 * (d[3] - d[1]);
  v[0] = 4 * d[0] - 5 * d[2] + d[4];
  v[1] = a + b;
  v[2] = a - b;
  v[3] = c + e;
  v[4] = c - e;
  v[5] = 4 * d[1] - 5 * d[3] + d[5];
}

// A' of one row or column of products.
inline void transformProducts(const Vector (&m)[6], Vector (&y)[4]) {
  const Vector a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], e = m[3] - m[4];
  y[0] = m[0] + a + c;
  y[1] = b + 2 * e;
  y[2] = a + 4 * c;
  y[3] = b + 8 * e + m[5];
}

// A of one row or column of output gradients: the transpose of the above.
inline void transformOutputGradients(const Vector (&y)[4], Vector (&e)[6]) {
  const Vector a = y[0] + y[2], b = y[1] + y[3], c = y[0] + 4 * y[2], d = 2 * y[1] + 8 * y[3];
  e[0] = y[0];
  e[1] = a + b;
  e[2] = a - b;
  e[3] = c + d;
  e[4] = c - d;
  e[5] = y[3];
}

// G of one row or column of a filter.
inline void transformFilter(const Vector (&g)[3], Vector (&u)[6]) {
  const Vector a = (g[0] + g[2]) * (-1.0f / 6), b = g[1] * (-1.0f / 6);
  const Vector c = g[0] * (1.0f / 24) + g[2] * (1.0f / 6), d = g[1] * (1.0f / 12);
  u[0] = g[0] * 0.25f;
  u[1] = a + b;
  u[2] = a - b;
  u[3] = c + d;
  u[4] = c - d;
  u[5] = g[2];
}

// G' of one row or column of a filter's gradient: the transpose of the above.
inline void transformFilterGradient(const Vector (&u)[6], Vector (&g)[3]) {
  const Vector a = (u[1] + u[2]) * (-1.0f / 6), b = (u[2] - u[1]) * (1.0f / 6);
  const Vector c = u[3] + u[4], d = u[3] - u[4];
  g[0] = u[0] * 0.25f + a + c * (1.0f / 24);
  g[1] = b + d * (1.0f / 12);
  g[2] = a + c * (1.0f / 6) + u[5];
}

}  // namespace mix
