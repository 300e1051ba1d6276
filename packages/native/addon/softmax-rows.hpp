// Softmax of rows, and its gradient.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "vector-math.hpp"

namespace mix {

// exp(x) for x <= 0, with 0 for what lies below the normal numbers: those take the processor a hundred times as long.
MIX_INLINE float normalExp(float x) {
  constexpr float kLeast = -86.5f;
  const math::Reduced part = math::reduce(x < kLeast ? kLeast : x);
  const float value = (part.expm1 + 1.0f) * math::powerOfTwo(part.n);
  return x < kLeast ? 0.0f : value;
}

// y = scale * x - its largest element, which is then 0
inline void shiftToZero(const float* x, float* y, int64_t count, float scale) {
  float most = -INFINITY;
  // NaN may be passed over: the sum of the exponentials makes that good.
#pragma omp simd reduction(max : most)
  for (int64_t i = 0; i < count; ++i) {
    const float value = scale * x[i];
    most = value > most ? value : most;
  }
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) y[i] = scale * x[i] - most;
}

inline float sumOf(const float* x, int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += x[i];
  return sum;
}

// y = softmax(scale * x) for rows of `count` elements, `step` apart, with zeros between; y may be x.
inline void softmaxRows(const float* x, float* y, int64_t rows, int64_t count, int64_t step, float scale) {
  // So many rows at once that they stay in the first cache, and that the exponentials of one need not wait for another's sum.
  const int64_t group = 4096 / std::max<int64_t>(step, 1) + 1;
  for (int64_t first = 0; first < rows; first += group) {
    const int64_t begin = first * step, end = std::min(first + group, rows) * step;
    for (int64_t at = begin; at < end; at += step) {
      shiftToZero(x + at, y + at, count, scale);
      std::fill(y + at + count, y + at + step, -INFINITY);
    }
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) y[i] = normalExp(y[i]);
    for (int64_t at = begin; at < end; at += step) {
      const float factor = 1.0f / sumOf(y + at, step);
#pragma omp simd
      for (int64_t i = 0; i < step; ++i) y[at + i] *= factor;
    }
  }
}

// y = x - log(sum of exp(x))
inline void logSoftmaxRow(const float* x, float* y, int64_t count) {
  shiftToZero(x, y, count, 1.0f);
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += normalExp(y[i]);
  const float shift = math::log(sum);
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) y[i] -= shift;
}

// dx = scale * y * (dy - sum of dy * y), y being softmax(scale * x); dx may be dy.
inline void softmaxRowGradient(const float* dy, const float* y, float* dx, int64_t count, float scale) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += dy[i] * y[i];
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) dx[i] = scale * y[i] * (dy[i] - sum);
}

}  // namespace mix
