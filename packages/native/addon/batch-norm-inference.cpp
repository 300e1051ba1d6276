// Batch normalisation by given statistics.
#include <cmath>
#include <vector>

#include "args.hpp"
#include "batch-norm.hpp"
#include "threads.hpp"

namespace mix {

namespace {

void normalizeRows(const float* __restrict x, const float* __restrict mean, const float* __restrict factor,
                   const float* __restrict offset, float* __restrict y, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < width; ++c) y[row * width + c] = (x[row * width + c] - mean[c]) * factor[c] + offset[c];
  }
}

// (x, mean, variance, scale?, offset?, y, rows, channels, epsilon)
void batchNormInference(const Args& args) {
  const int64_t rowCount = args.integer(6), channels = args.integer(7);
  const auto size = static_cast<size_t>(rowCount * channels), count = static_cast<size_t>(channels);
  const float* x = args.floats(0, size);
  const float* mean = args.floats(1, count);
  const float* variance = args.floats(2, count);
  const float* scale = args.optionalFloats(3, count);
  const float* offset = args.optionalFloats(4, count);
  float* y = args.floats(5, size);
  const double epsilon = args.number(8);

  std::vector<float> factor(count), shift(count);
  for (size_t c = 0; c < count; ++c) {
    factor[c] = static_cast<float>((scale == nullptr ? 1.0 : scale[c]) / std::sqrt(variance[c] + epsilon));
    shift[c] = offset == nullptr ? 0.0f : offset[c];
  }
  const Rows rows(rowCount, channels);
  const auto center = rows.spread(mean), wideFactor = rows.spread(factor.data()), wideShift = rows.spread(shift.data());
  parallelRanges(rows.rows, rows.width, [&](int64_t begin, int64_t end) {
    const int64_t at = begin * rows.width;
    normalizeRows(x + at, center.data(), wideFactor.data(), wideShift.data(), y + at, end - begin, rows.width);
  });
}

}  // namespace

void registerBatchNormInference(Exports& exports) { exports.add("batchNormInference", batchNormInference); }

}  // namespace mix
