// The softmax of one row, and its gradient.
#pragma once

#include <cmath>
#include <cstdint>

#include "vector-math.hpp"

namespace mix {

// The largest of scale * x; NaN may be passed over, which the sum of exponentials makes good.
inline float rowMaximum(const float* x, int64_t count, float scale) {
  float most = -INFINITY;
#pragma omp simd reduction(max : most)
  for (int64_t i = 0; i < count; ++i) {
    const float value = scale * x[i];
    most = value > most ? value : most;
  }
  return most;
}

// y = softmax(scale * x); y may be x.
inline void softmaxRow(const float* x, float* y, int64_t count, float scale) {
  const float most = rowMaximum(x, count, scale);
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) {
    const float value = math::exp(scale * x[i] - most);
    y[i] = value;
    sum += value;
  }
  const float factor = 1.0f / sum;
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) y[i] *= factor;
}

// y = x - log(sum of exp(x))
inline void logSoftmaxRow(const float* x, float* y, int64_t count) {
  const float most = rowMaximum(x, count, 1.0f);
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += math::exp(x[i] - most);
  const float shift = math::log(sum);
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) y[i] = x[i] - most - shift;
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
