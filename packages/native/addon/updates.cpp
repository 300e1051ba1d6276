// Optimiser steps and moving averages: every tensor is read once, every new one written once.
#include <cmath>

#include "args.hpp"
#include "threads.hpp"
#include "vectors.hpp"

namespace mix {

namespace {

// Parts begin at whole cache lines, and sums of products say which of them is fused: a result does not depend on the threads.
constexpr int64_t kUnit = 16;

struct Sgd {
  float rate, momentum, decay, shrink;
  bool nesterov;
};

// One variable's elements. Without momentum, `next` is null; at the first step `last` is.
struct SgdArrays {
  const float *weights, *gradient, *last;
  float *out, *next;
};

template <bool kDecay, bool kMomentum, bool kFirst, bool kNesterov>
void sgdStep(const Sgd& sgd, const SgdArrays& arrays, int64_t begin, int64_t end) {
  const float* __restrict weights = arrays.weights;
  const float* __restrict gradient = arrays.gradient;
  const float* __restrict last = arrays.last;
  float* __restrict out = arrays.out;
  float* __restrict next = arrays.next;
  const auto [rate, momentum, decay, shrink, nesterov] = sgd;
  for (int64_t i = begin; i < end; ++i) {
    const float direction = kDecay ? std::fma(decay, weights[i], gradient[i]) : gradient[i];
    float change = direction;
    if (kMomentum) {
      const float velocity = kFirst ? direction : std::fma(momentum, last[i], direction);
      next[i] = velocity;
      change = kNesterov ? std::fma(momentum, velocity, direction) : velocity;
    }
    out[i] = std::fma(-rate, change, shrink * weights[i]);
  }
}

using SgdStep = void (*)(const Sgd&, const SgdArrays&, int64_t, int64_t);

template <bool kDecay>
SgdStep sgdStepFor(const Sgd& sgd, const SgdArrays& arrays) {
  if (arrays.next == nullptr) return sgdStep<kDecay, false, false, false>;
  if (arrays.last == nullptr) {
    return sgd.nesterov ? sgdStep<kDecay, true, true, true> : sgdStep<kDecay, true, true, false>;
  }
  return sgd.nesterov ? sgdStep<kDecay, true, false, true> : sgdStep<kDecay, true, false, false>;
}

// (weights, gradient, velocity?, out, next?, count, rate, momentum, decay, shrink, nesterov)
void sgdUpdate(const Args& args) {
  const int64_t count = args.integer(5);
  const SgdArrays arrays{args.floats(0, count), args.floats(1, count), args.optionalFloats(2, count),
                         args.floats(3, count), args.optionalFloats(4, count)};
  const auto number = [&](size_t index) { return static_cast<float>(args.number(index)); };
  const Sgd sgd{number(6), number(7), number(8), number(9), args.boolean(10)};
  const SgdStep step = sgd.decay == 0 ? sgdStepFor<false>(sgd, arrays) : sgdStepFor<true>(sgd, arrays);
  parallelRanges(
      count, 1, [&](int64_t begin, int64_t end) { step(sgd, arrays, begin, end); }, kUnit);
}

struct Adamw {
  float beta1, rest1, beta2, rest2, epsilon, shrink, rate, rootScale;

  template <bool kFirst>
  void run(const float* __restrict weights, const float* __restrict gradient, const float* __restrict lastMean,
           const float* __restrict lastSquare, float* __restrict out, float* __restrict mean, float* __restrict square,
           int64_t count) const {
    for (int64_t i = 0; i < count; ++i) {
      const float g = gradient[i];
      const float m = kFirst ? rest1 * g : std::fma(beta1, lastMean[i], rest1 * g);
      const float s = kFirst ? rest2 * (g * g) : std::fma(beta2, lastSquare[i], rest2 * (g * g));
      mean[i] = m;
      square[i] = s;
      out[i] = std::fma(-rate, m / (std::sqrt(s) / rootScale + epsilon), shrink * weights[i]);
    }
  }
};

// (weights, gradient, mean?, square?, out, newMean, newSquare, count, beta1, beta2, epsilon, shrink, rate, rootScale)
void adamwUpdate(const Args& args) {
  const int64_t count = args.integer(7);
  const float* weights = args.floats(0, count);
  const float* gradient = args.floats(1, count);
  const float* lastMean = args.optionalFloats(2, count);
  const float* lastSquare = args.optionalFloats(3, count);
  float* out = args.floats(4, count);
  float* mean = args.floats(5, count);
  float* square = args.floats(6, count);
  const auto number = [&](size_t index) { return static_cast<float>(args.number(index)); };
  const Adamw adamw{number(8),  static_cast<float>(1 - args.number(8)),
                    number(9),  static_cast<float>(1 - args.number(9)),
                    number(10), number(11),
                    number(12), number(13)};
  parallelRanges(
      count, 2,
      [=](int64_t begin, int64_t end) {
        const float *w = weights + begin, *g = gradient + begin;
        float *o = out + begin, *m = mean + begin, *s = square + begin;
        if (lastMean == nullptr || lastSquare == nullptr) {
          adamw.run<true>(w, g, nullptr, nullptr, o, m, s, end - begin);
        } else {
          adamw.run<false>(w, g, lastMean + begin, lastSquare + begin, o, m, s, end - begin);
        }
      },
      kUnit);
}

// (from, to, out, count, step): out = from + step * (to - from)
void stepTowards(const Args& args) {
  const int64_t count = args.integer(3);
  const float* from = args.floats(0, count);
  const float* to = args.floats(1, count);
  float* out = args.floats(2, count);
  const float step = static_cast<float>(args.number(4));
  parallelRanges(
      count, 1,
      [=](int64_t begin, int64_t end) {
        const float* __restrict a = from;
        const float* __restrict b = to;
        float* __restrict o = out;
        for (int64_t i = begin; i < end; ++i) o[i] = std::fma(step, b[i] - a[i], a[i]);
      },
      kUnit);
}

// In runs short enough that their sums lose nothing worth mentioning, and those in doubles.
double blockOfSquares(const float* x, int64_t count) {
  constexpr int64_t kStep = 4 * kLanes, kRun = 8 * kStep;
  double total = 0;
  int64_t i = 0;
  for (; i + kRun <= count; i += kRun) {
    Vector sums[4] = {};
    for (int64_t j = i; j < i + kRun; j += kStep) {
      for (int v = 0; v < 4; ++v) {
        const Vector value = load(x + j + v * kLanes);
        sums[v] += value * value;
      }
    }
    const Vector sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    for (int lane = 0; lane < kLanes; ++lane) total += sum[lane];
  }
  for (; i < count; ++i) total += static_cast<double>(x[i]) * x[i];
  return total;
}

// (x, out, count): the sum of squares, in doubles
void sumOfSquares(const Args& args) {
  const int64_t count = args.integer(2);
  const float* x = args.floats(0, count);
  float* out = args.floats(1, 1);
  // Fixed blocks, so that the sum does not depend on the number of threads.
  constexpr int64_t kBlock = 1 << 14;
  const int64_t blocks = (count + kBlock - 1) / kBlock;
  std::vector<double> sums(blocks);
  double* into = sums.data();
  parallelRanges(blocks, kBlock, [=](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * kBlock;
      into[block] = blockOfSquares(x + first, first + kBlock < count ? kBlock : count - first);
    }
  });
  double total = 0;
  for (double sum : sums) total += sum;
  *out = static_cast<float>(total);
}

}  // namespace

void registerUpdates(Exports& exports) {
  exports.add("sgdUpdate", sgdUpdate);
  exports.add("adamwUpdate", adamwUpdate);
  exports.add("stepTowards", stepTowards);
  exports.add("sumOfSquares", sumOfSquares);
}

}  // namespace mix
