// The Gaussian error linear unit, x * P(x) with P the normal distribution, and its gradient.
#include "args.hpp"
#include "threads.hpp"
#include "vector-math.hpp"

namespace mix {

namespace {

// The time for an element in that of a copy.
constexpr int64_t kCost = 8;

constexpr float kRootHalf = 0.70710678f;
constexpr float kDensityAtZero = 0.39894228f;  // 1 / sqrt(2 pi)

MIX_INLINE float distribution(float x) { return 0.5f * (1.0f + math::erf(x * kRootHalf)); }

// (x, y, count)
void gelu(const Args& args) {
  const int64_t count = args.integer(2);
  const float* x = args.floats(0, count);
  float* y = args.floats(1, count);
  parallelRanges(count, kCost, [=](int64_t begin, int64_t end) {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) y[i] = x[i] * distribution(x[i]);
  });
}

// (dy, x, dx, count)
void geluGradient(const Args& args) {
  const int64_t count = args.integer(3);
  const float* dy = args.floats(0, count);
  const float* x = args.floats(1, count);
  float* dx = args.floats(2, count);
  parallelRanges(count, kCost, [=](int64_t begin, int64_t end) {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) {
      const float density = kDensityAtZero * math::exp(-0.5f * x[i] * x[i]);
      dx[i] = dy[i] * (distribution(x[i]) + x[i] * density);
    }
  });
}

}  // namespace

void registerGelu(Exports& exports) {
  exports.add("gelu", gelu);
  exports.add("geluGradient", geluGradient);
}

}  // namespace mix
