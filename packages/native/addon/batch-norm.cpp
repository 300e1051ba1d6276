// Batch normalisation with the batch's own statistics, with residual add and ReLU: two passes over memory.
#include "batch-norm.hpp"

#include <omp.h>

#include <cmath>

#include "args.hpp"
#include "threads.hpp"

namespace mix {

namespace {

// Count, mean and sum of squared deviations of each column, as partial results that can be merged (Chan et al. 1979).
struct Moments {
  double count = 0;
  Columns mean, squares;

  explicit Moments(int64_t width) : mean(width), squares(width) {}

  void merge(double otherCount, const double* otherMean, const double* otherSquares, int64_t width) {
    if (otherCount == 0) return;
    const double total = count + otherCount;
    const double share = otherCount / total;
    const double cross = count * share;
    for (int64_t c = 0; c < width; ++c) {
      const double delta = otherMean[c] - mean[c];
      mean[c] += delta * share;
      squares[c] += otherSquares[c] + delta * delta * cross;
    }
    count = total;
  }
};

// The moments of rows [begin, end), block by block.
void addMoments(const float* x, const Rows& rows, int64_t begin, int64_t end, Moments& moments) {
  const int64_t width = rows.width;
  std::vector<float> sum(width), squares(width);
  Columns blockMean(width), blockSquares(width);
  for (int64_t first = begin; first < end; first += rows.block()) {
    const int64_t last = first + rows.block() < end ? first + rows.block() : end;
    float* __restrict s = sum.data();
    float* __restrict q = squares.data();
    for (int64_t c = 0; c < width; ++c) s[c] = q[c] = 0;
    int64_t row = first;
    for (; row + 4 <= last; row += 4) {
      const float* __restrict a = x + row * width;
      for (int64_t c = 0; c < width; ++c) s[c] += (a[c] + a[width + c]) + (a[2 * width + c] + a[3 * width + c]);
    }
    for (; row < last; ++row) {
      const float* __restrict a = x + row * width;
      for (int64_t c = 0; c < width; ++c) s[c] += a[c];
    }
    const float count = static_cast<float>(last - first);
    for (int64_t c = 0; c < width; ++c) s[c] /= count;
    row = first;
    for (; row + 4 <= last; row += 4) {
      const float* __restrict a = x + row * width;
      for (int64_t c = 0; c < width; ++c) {
        const float d0 = a[c] - s[c], d1 = a[width + c] - s[c];
        const float d2 = a[2 * width + c] - s[c], d3 = a[3 * width + c] - s[c];
        q[c] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3);
      }
    }
    for (; row < last; ++row) {
      const float* __restrict a = x + row * width;
      for (int64_t c = 0; c < width; ++c) q[c] += (a[c] - s[c]) * (a[c] - s[c]);
    }
    for (int64_t c = 0; c < width; ++c) blockMean[c] = s[c], blockSquares[c] = q[c];
    moments.merge(last - first, blockMean.data(), blockSquares.data(), width);
  }
}

template <bool kRelu, bool kResidual>
void normalizeRows(const float* __restrict x, const float* __restrict residual, const float* __restrict mean,
                   const float* __restrict factor, const float* __restrict shift, float* __restrict y, int64_t count,
                   int64_t width) {
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t c = 0; c < width; ++c) {
      float value = (x[row * width + c] - mean[c]) * factor[c] + shift[c];
      if (kResidual) value += residual[row * width + c];
      // As tfjs' relu, this passes NaN on.
      if (kRelu) value = value < 0 ? 0 : value;
      y[row * width + c] = value;
    }
  }
}

void normalize(const float* x, const float* residual, const float* mean, const float* factor, const float* shift,
               float* y, int64_t count, int64_t width, bool relu) {
  if (residual != nullptr) {
    relu ? normalizeRows<true, true>(x, residual, mean, factor, shift, y, count, width)
         : normalizeRows<false, true>(x, residual, mean, factor, shift, y, count, width);
  } else {
    relu ? normalizeRows<true, false>(x, residual, mean, factor, shift, y, count, width)
         : normalizeRows<false, false>(x, residual, mean, factor, shift, y, count, width);
  }
}

// (x, scale, offset, residual?, y, mean, variance, rows, channels, epsilon, relu)
void batchNormTrain(const Args& args) {
  const int64_t rowCount = args.integer(7), channels = args.integer(8);
  const size_t size = static_cast<size_t>(rowCount * channels);
  const float* x = args.floats(0, size);
  const float* scale = args.floats(1, channels);
  const float* offset = args.floats(2, channels);
  const float* residual = args.optionalFloats(3, size);
  float* y = args.floats(4, size);
  float* mean = args.floats(5, channels);
  float* variance = args.floats(6, channels);
  const double epsilon = args.number(9);
  const bool relu = args.boolean(10);

  const Rows rows(rowCount, channels);
  const int64_t width = rows.width;
  const int threads = threadsFor(rowCount * channels);
  std::vector<Moments> parts(threads, Moments(width));
  std::vector<float> center(width), factor(width), shift(width);
#pragma omp parallel num_threads(threads)
  {
    const int64_t team = omp_get_num_threads(), thread = omp_get_thread_num();
    const int64_t begin = rows.rows * thread / team, end = rows.rows * (thread + 1) / team;
    addMoments(x, rows, begin, end, parts[thread]);
#pragma omp barrier
#pragma omp single
    {
      for (int64_t t = 1; t < team; ++t) {
        parts[0].merge(parts[t].count, parts[t].mean.data(), parts[t].squares.data(), width);
      }
      // The columns of one channel, which a widened row holds side by side.
      Moments total(channels);
      for (int64_t first = 0; first < width; first += channels) {
        total.merge(parts[0].count, &parts[0].mean[first], &parts[0].squares[first], channels);
      }
      for (int64_t c = 0; c < channels; ++c) {
        const double spread = total.squares[c] / total.count;
        const double unit = scale[c] / std::sqrt(spread + epsilon);
        mean[c] = static_cast<float>(total.mean[c]);
        variance[c] = static_cast<float>(spread);
        for (int64_t i = c; i < width; i += channels) {
          center[i] = mean[c];
          factor[i] = static_cast<float>(unit);
          shift[i] = offset[c];
        }
      }
    }
    const int64_t at = begin * width;
    normalize(x + at, residual == nullptr ? nullptr : residual + at, center.data(), factor.data(), shift.data(), y + at,
              end - begin, width, relu);
  }
}

}  // namespace

void registerBatchNorm(Exports& exports) {
  exports.add("batchNormTrain", batchNormTrain);
}

}  // namespace mix
