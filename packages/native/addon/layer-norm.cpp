// Layer normalisation: every row by its own mean and variance, while it is in cache.
#include <algorithm>
#include <cmath>
#include <vector>

#include "args.hpp"
#include "threads.hpp"

namespace mix {

namespace {

// The gradients of scale and offset are summed in single precision over so many rows, in double over all: the same rows on any number
// of threads.
constexpr int64_t kBlock = 64;

float rowMean(const float* x, int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += x[i];
  return sum / static_cast<float>(count);
}

float rowVariance(const float* x, int64_t count, float mean) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += (x[i] - mean) * (x[i] - mean);
  return sum / static_cast<float>(count);
}

// (x, scale, offset, y, mean, variance, rows, channels, epsilon)
void layerNorm(const Args& args) {
  const int64_t rows = args.integer(6), channels = args.integer(7);
  const float* x = args.floats(0, rows * channels);
  const float* scale = args.floats(1, channels);
  const float* offset = args.floats(2, channels);
  float* y = args.floats(3, rows * channels);
  float* mean = args.floats(4, rows);
  float* variance = args.floats(5, rows);
  const auto epsilon = static_cast<float>(args.number(8));
  parallelRanges(rows, channels, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row * channels;
      float* to = y + row * channels;
      const float center = mean[row] = rowMean(from, channels);
      variance[row] = rowVariance(from, channels, center);
      const float factor = 1.0f / std::sqrt(variance[row] + epsilon);
#pragma omp simd
      for (int64_t c = 0; c < channels; ++c) to[c] = (from[c] - center) * factor * scale[c] + offset[c];
    }
  });
}

// The gradients of scale and offset over the rows of one thread.
class ParameterGradients {
 public:
  explicit ParameterGradients(int64_t channels) : block_(2 * channels), total_(2 * channels) {}

  float* scale() { return block_.data(); }
  float* offset() { return block_.data() + block_.size() / 2; }

  void closeBlock() {
    for (size_t i = 0; i < block_.size(); ++i) {
      total_[i] += block_[i];
      block_[i] = 0;
    }
  }
  void addTo(std::vector<double>& total) const {
    for (size_t i = 0; i < total.size(); ++i) total[i] += total_[i];
  }

 private:
  std::vector<float> block_;
  std::vector<double> total_;
};

// With n = (x - mean) * factor and g = dy * scale: dx = factor * (g - mean(g) - n * mean(g * n)).
void rowGradient(const float* dy, const float* x, const float* scale, float mean, float factor, float* dx,
                 int64_t channels, float* __restrict dScale, float* __restrict dOffset) {
  float sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
  for (int64_t c = 0; c < channels; ++c) {
    const float normal = (x[c] - mean) * factor;
    const float gradient = dy[c] * scale[c];
    sum += gradient;
    product += gradient * normal;
    dScale[c] += dy[c] * normal;
    dOffset[c] += dy[c];
  }
  const float size = static_cast<float>(channels);
  const float shift = sum / size, slope = product / size;
#pragma omp simd
  for (int64_t c = 0; c < channels; ++c) {
    dx[c] = factor * (dy[c] * scale[c] - shift - (x[c] - mean) * factor * slope);
  }
}

// (dy, x, scale, mean, variance, dx, dScale, dOffset, rows, channels, epsilon)
void layerNormGradient(const Args& args) {
  const int64_t rows = args.integer(8), channels = args.integer(9);
  const float* dy = args.floats(0, rows * channels);
  const float* x = args.floats(1, rows * channels);
  const float* scale = args.floats(2, channels);
  const float* mean = args.floats(3, rows);
  const float* variance = args.floats(4, rows);
  float* dx = args.floats(5, rows * channels);
  float* dScale = args.floats(6, channels);
  float* dOffset = args.floats(7, channels);
  const auto epsilon = static_cast<float>(args.number(10));

  // One part to a thread, whose results are joined in their order.
  const int64_t parts = threadsFor(rows * channels * 2);
  const int64_t blocks = (rows + kBlock - 1) / kBlock;
  std::vector<ParameterGradients> gradients(parts, ParameterGradients(channels));
  parallelRanges(parts, rows * channels, [&](int64_t firstPart, int64_t lastPart) {
    for (int64_t part = firstPart; part < lastPart; ++part) {
      ParameterGradients& own = gradients[part];
      const int64_t begin = blocks * part / parts * kBlock;
      const int64_t end = std::min(blocks * (part + 1) / parts * kBlock, rows);
      for (int64_t row = begin; row < end; ++row) {
        const float factor = 1.0f / std::sqrt(variance[row] + epsilon);
        rowGradient(dy + row * channels, x + row * channels, scale, mean[row], factor, dx + row * channels, channels,
                    own.scale(), own.offset());
        if ((row - begin) % kBlock == kBlock - 1) own.closeBlock();
      }
      own.closeBlock();
    }
  });
  std::vector<double> total(2 * channels);
  for (const auto& part : gradients) part.addTo(total);
  for (int64_t c = 0; c < channels; ++c) {
    dScale[c] = static_cast<float>(total[c]);
    dOffset[c] = static_cast<float>(total[channels + c]);
  }
}

}  // namespace

void registerLayerNorm(Exports& exports) {
  exports.add("layerNorm", layerNorm);
  exports.add("layerNormGradient", layerNormGradient);
}

}  // namespace mix
