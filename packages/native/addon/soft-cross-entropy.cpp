// Cross-entropy of soft targets and its gradient by the logits, a row at a time: log-softmax and the weighted sum in one go, sparse
// targets as they are.
#include <cmath>

#include "args.hpp"
#include "threads.hpp"
#include "vector-math.hpp"

namespace mix {

namespace {

// The exponential and the several visits of an element, against a copy of it.
constexpr int64_t kCost = 8;

struct Targets {
  const float* values;   // [rows, classes], or null
  const int32_t* chosen;  // [rows, count]
  const float* weights;   // [rows, count]
  int64_t count;
};

// A class that does not exist counts as none: a one-hot of it is all zeros.
inline bool exists(int32_t chosen, int64_t classes) { return chosen >= 0 && chosen < classes; }

struct Extremes {
  float most, least;
};

// The largest as Max of tfjs has it: NaN if any is.
Extremes extremesOf(const float* x, int64_t classes) {
  float most = -INFINITY, least = INFINITY;
  int32_t unordered = 0;
#pragma omp simd reduction(max : most) reduction(min : least) reduction(| : unordered)
  for (int64_t c = 0; c < classes; ++c) {
    most = x[c] > most ? x[c] : most;
    least = x[c] < least ? x[c] : least;
    unordered |= x[c] != x[c];
  }
  return {unordered ? NAN : most, least};
}

// The logarithm of the sum of exp(x - most).
float logSumOf(const float* x, float most, int64_t classes) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t c = 0; c < classes; ++c) sum += math::exp(x[c] - most);
  return std::log(sum);
}

float denseLoss(const float* __restrict x, const float* __restrict target, int64_t classes) {
  const float most = extremesOf(x, classes).most;
  const float logSum = logSumOf(x, most, classes);
  float loss = 0;
#pragma omp simd reduction(+ : loss)
  for (int64_t c = 0; c < classes; ++c) loss += target[c] * (logSum - (x[c] - most));
  return loss;
}

float sparseLoss(const float* __restrict x, const Targets& targets, int64_t row, int64_t classes) {
  const auto [most, least] = extremesOf(x, classes);
  const float logSum = logSumOf(x, most, classes);
  const int32_t* chosen = targets.chosen + row * targets.count;
  const float* weights = targets.weights + row * targets.count;
  float loss = 0, mass = 0;
  for (int64_t k = 0; k < targets.count; ++k) {
    mass += weights[k];
    if (exists(chosen[k], classes)) loss += weights[k] * (logSum - (x[chosen[k]] - most));
  }
  // Written out, the classes that are not targets would contribute 0 * log p, which is NaN where the logarithm is infinite.
  if (std::isfinite(least - most) && std::isfinite(mass)) return loss;
  loss = 0;
  for (int64_t c = 0; c < classes; ++c) {
    float target = 0;
    for (int64_t k = 0; k < targets.count; ++k) target += weights[k] * (chosen[k] == c ? 1.0f : 0.0f);
    loss += target * (logSum - (x[c] - most));
  }
  return loss;
}

// dx = softmax(x) * scale
void scaledSoftmax(const float* __restrict x, float scale, float* __restrict dx, int64_t classes) {
  const float most = extremesOf(x, classes).most;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t c = 0; c < classes; ++c) {
    const float e = math::exp(x[c] - most);
    dx[c] = e;
    sum += e;
  }
  const float factor = scale / sum;
  for (int64_t c = 0; c < classes; ++c) dx[c] *= factor;
}

void denseGradient(float dy, const float* __restrict x, const float* __restrict target, float* __restrict dx,
                   int64_t classes) {
  float mass = 0;
#pragma omp simd reduction(+ : mass)
  for (int64_t c = 0; c < classes; ++c) mass += target[c];
  scaledSoftmax(x, dy * mass, dx, classes);
  for (int64_t c = 0; c < classes; ++c) dx[c] -= dy * target[c];
}

void sparseGradient(float dy, const float* __restrict x, const Targets& targets, int64_t row, float* __restrict dx,
                    int64_t classes) {
  const int32_t* chosen = targets.chosen + row * targets.count;
  const float* weights = targets.weights + row * targets.count;
  float mass = 0, all = 0;
  for (int64_t k = 0; k < targets.count; ++k) {
    all += weights[k];
    if (exists(chosen[k], classes)) mass += weights[k];
  }
  // Written out, the zeros of an infinite weight or gradient would be NaN, and so their sum.
  const float scale = std::isfinite(dy * all) ? dy * mass : NAN;
  scaledSoftmax(x, scale, dx, classes);
  for (int64_t k = 0; k < targets.count; ++k) {
    if (exists(chosen[k], classes)) dx[chosen[k]] -= dy * weights[k];
  }
}

// Arguments `first` to `first` + 3: values?, chosen?, weights?, targets a row.
Targets targetsOf(const Args& args, size_t first, int64_t rows, int64_t classes) {
  if (!args.isAbsent(first)) return {args.floats(first, rows * classes), nullptr, nullptr, 0};
  const int64_t count = args.integer(first + 3);
  return {nullptr, args.ints(first + 1, rows * count), args.floats(first + 2, rows * count), count};
}

// (logits, loss, rows, classes, values?, chosen?, weights?, targets a row)
void softCrossEntropy(const Args& args) {
  const int64_t rows = args.integer(2), classes = args.integer(3);
  const float* logits = args.floats(0, rows * classes);
  float* loss = args.floats(1, rows);
  const Targets targets = targetsOf(args, 4, rows, classes);
  parallelRanges(rows, classes * kCost, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* x = logits + row * classes;
      loss[row] = targets.values != nullptr ? denseLoss(x, targets.values + row * classes, classes)
                                            : sparseLoss(x, targets, row, classes);
    }
  });
}

// (dy, logits, dLogits, rows, classes, values?, chosen?, weights?, targets a row)
void softCrossEntropyGradient(const Args& args) {
  const int64_t rows = args.integer(3), classes = args.integer(4);
  const float* dy = args.floats(0, rows);
  const float* logits = args.floats(1, rows * classes);
  float* dLogits = args.floats(2, rows * classes);
  const Targets targets = targetsOf(args, 5, rows, classes);
  parallelRanges(rows, classes * kCost, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* x = logits + row * classes;
      float* dx = dLogits + row * classes;
      if (targets.values != nullptr) {
        denseGradient(dy[row], x, targets.values + row * classes, dx, classes);
      } else {
        sparseGradient(dy[row], x, targets, row, dx, classes);
      }
    }
  });
}

}  // namespace

void registerSoftCrossEntropy(Exports& exports) {
  exports.add("softCrossEntropy", softCrossEntropy);
  exports.add("softCrossEntropyGradient", softCrossEntropyGradient);
}

}  // namespace mix
