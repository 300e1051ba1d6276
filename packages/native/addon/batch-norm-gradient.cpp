// The gradient of batch normalisation with residual add and ReLU: two passes over memory.
#include <omp.h>

#include <cmath>

#include "args.hpp"
#include "batch-norm.hpp"
#include "threads.hpp"

namespace mix {

namespace {

struct GradientSums {
  Columns outer, product;  // of g, and of g (x - mean)
  explicit GradientSums(int64_t width) : outer(width), product(width) {}
};

// Sums over rows of g = dy where the ReLU was open; writes g to `kept` where it is wanted later.
template <bool kRelu, bool kKeep>
void addGradientSums(const float* dy, const float* y, const float* x, const float* mean, float* kept, const Rows& rows,
                     int64_t begin, int64_t end, GradientSums& sums) {
  const int64_t width = rows.width;
  std::vector<float> outer(width), product(width);
  for (int64_t first = begin; first < end; first += rows.block()) {
    const int64_t last = first + rows.block() < end ? first + rows.block() : end;
    float* __restrict s = outer.data();
    float* __restrict p = product.data();
    for (int64_t c = 0; c < width; ++c) s[c] = p[c] = 0;
    for (int64_t row = first; row < last; ++row) {
      const float* __restrict d = dy + row * width;
      const float* __restrict out = y + row * width;
      const float* __restrict in = x + row * width;
      float* __restrict k = kKeep ? kept + row * width : nullptr;
      for (int64_t c = 0; c < width; ++c) {
        const float g = kRelu && !(out[c] > 0) ? 0 : d[c];
        if (kKeep) k[c] = g;
        s[c] += g;
        p[c] += g * (in[c] - mean[c]);
      }
    }
    for (int64_t c = 0; c < width; ++c) sums.outer[c] += s[c], sums.product[c] += p[c];
  }
}

// dx = factor (g - mean of g) + slope (x - mean).
template <bool kRelu>
void addInputGradient(const float* __restrict g, const float* __restrict y, const float* __restrict x,
                      const float* __restrict mean, const float* __restrict meanOuter,
                      const float* __restrict factor, const float* __restrict slope, float* __restrict dx, int64_t count, int64_t width) {
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t c = 0; c < width; ++c) {
      const int64_t i = row * width + c;
      const float open = kRelu && !(y[i] > 0) ? 0 : g[i];
      dx[i] = (open - meanOuter[c]) * factor[c] + (x[i] - mean[c]) * slope[c];
    }
  }
}

// (dy, y, x, scale, mean, variance, dx, dScale, dOffset, dResidual?, rows, channels, epsilon, relu)
void batchNormTrainGradient(const Args& args) {
  const int64_t rowCount = args.integer(10), channels = args.integer(11);
  const size_t size = static_cast<size_t>(rowCount * channels);
  const float* dy = args.floats(0, size);
  const float* y = args.floats(1, size);
  const float* x = args.floats(2, size);
  const float* scale = args.floats(3, channels);
  const float* mean = args.floats(4, channels);
  const float* variance = args.floats(5, channels);
  float* dx = args.floats(6, size);
  float* dScale = args.floats(7, channels);
  float* dOffset = args.floats(8, channels);
  float* dResidual = args.optionalFloats(9, size);
  const double epsilon = args.number(12);
  const bool relu = args.boolean(13);

  const Rows rows(rowCount, channels);
  const int64_t width = rows.width;
  const int threads = threadsFor(rowCount * channels);
  const std::vector<float> wideMean = rows.spread(mean);
  std::vector<GradientSums> parts(threads, GradientSums(width));
  std::vector<float> factor(width), slope(width), meanOuter(width);
#pragma omp parallel num_threads(threads)
  {
    const int64_t team = omp_get_num_threads(), thread = omp_get_thread_num();
    const int64_t begin = rows.rows * thread / team, end = rows.rows * (thread + 1) / team;
    auto& part = parts[thread];
    if (dResidual != nullptr) {
      relu ? addGradientSums<true, true>(dy, y, x, wideMean.data(), dResidual, rows, begin, end, part)
           : addGradientSums<false, true>(dy, y, x, wideMean.data(), dResidual, rows, begin, end, part);
    } else {
      relu ? addGradientSums<true, false>(dy, y, x, wideMean.data(), nullptr, rows, begin, end, part)
           : addGradientSums<false, false>(dy, y, x, wideMean.data(), nullptr, rows, begin, end, part);
    }
#pragma omp barrier
#pragma omp single
    for (int64_t c = 0; c < channels; ++c) {
      double outer = 0, product = 0;
      for (int64_t t = 0; t < team; ++t) {
        for (int64_t i = c; i < width; i += channels) outer += parts[t].outer[i], product += parts[t].product[i];
      }
      const double inverse = 1 / std::sqrt(variance[c] + epsilon);
      const double unit = scale[c] * inverse;
      const double steep = -unit * product * inverse * inverse / rowCount;
      dScale[c] = static_cast<float>(product * inverse);
      dOffset[c] = static_cast<float>(outer);
      for (int64_t i = c; i < width; i += channels) {
        factor[i] = static_cast<float>(unit);
        slope[i] = static_cast<float>(steep);
        meanOuter[i] = static_cast<float>(outer / rowCount);
      }
    }
    const int64_t at = begin * width;
    // What was kept for the residual is g itself, with the ReLU in it.
    if (relu && dResidual == nullptr) {
      addInputGradient<true>(dy + at, y + at, x + at, wideMean.data(), meanOuter.data(), factor.data(), slope.data(), dx + at,
                             end - begin, width);
    } else {
      const float* g = dResidual == nullptr ? dy : dResidual;
      addInputGradient<false>(g + at, y + at, x + at, wideMean.data(), meanOuter.data(), factor.data(), slope.data(), dx + at,
                              end - begin, width);
    }
  }
}

}  // namespace

void registerBatchNormGradient(Exports& exports) { exports.add("batchNormTrainGradient", batchNormTrainGradient); }

}  // namespace mix
