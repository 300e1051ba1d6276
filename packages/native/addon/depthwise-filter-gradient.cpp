// The filter's gradient of a depthwise convolution with one filter to a channel, where oneDNN has no fast one (5x5 and larger, or
// dilated): a vector of channels at a time, with the sums of a row of the filter in registers.
#include <stdexcept>

#include "args.hpp"
#include "convolution.hpp"
#include "depthwise-rows.hpp"
#include "threads.hpp"

namespace mix {

namespace {

constexpr int kTile = 8;

// Adds the products of a row of pixels and a row of dy to the sums of a row of the filter.
template <int kTaps, int kStride>
struct Products {
  static void add(const float* row, const float* dy, const ConvolutionShape& s, float* totals) {
    Vector sums[2][kTaps] = {};  // by turns, since a sum waits for the one before it
    for (int64_t first = 0; first < s.outWidth; first += kTile) {
      Vector outer[kTile];
      for (int t = 0; t < kTile; ++t) outer[t] = load(dy + (first + t) * kLanes);
#pragma GCC unroll 32
      for (int place = 0; place < (kTile - 1) * kStride + kTaps; ++place) {
        const Vector pixel = load(row + (first * kStride + place) * kLanes);
#pragma GCC unroll 8
        for (int k = 0; k < kTaps; ++k) {
          const int t = (place - k) / kStride;
          if (place >= k && (place - k) % kStride == 0 && t < kTile) sums[t % 2][k] += pixel * outer[t];
        }
      }
    }
    for (int k = 0; k < kTaps; ++k) store(totals + k * kLanes, load(totals + k * kLanes) + sums[0][k] + sums[1][k]);
  }
};

// The same for any taps, strides and dilations.
template <>
struct Products<0, 0> {
  static void add(const float* row, const float* dy, const ConvolutionShape& s, float* totals) {
    for (int64_t k = 0; k < s.filterWidth; ++k) {
      Vector even = {}, odd = {};
      const float* pixels = row + k * s.dilationWidth * kLanes;
      const int64_t step = s.strideWidth * kLanes;
      int64_t t = 0;
      for (; t + 1 < s.outWidth; t += 2) {
        even += load(pixels + t * step) * load(dy + t * kLanes);
        odd += load(pixels + (t + 1) * step) * load(dy + (t + 1) * kLanes);
      }
      if (t < s.outWidth) even += load(pixels + t * step) * load(dy + t * kLanes);
      store(totals + k * kLanes, load(totals + k * kLanes) + even + odd);
    }
  }
};

// Calls body(Products) with those for a shape.
template <typename Body>
void withProducts(const ConvolutionShape& s, const Body& body) {
  const bool plain = s.dilationWidth == 1;
  if (plain && s.strideWidth == 1 && s.filterWidth == 5) return body(Products<5, 1>{});
  if (plain && s.strideWidth == 2 && s.filterWidth == 5) return body(Products<5, 2>{});
  if (plain && s.strideWidth == 1 && s.filterWidth == 7) return body(Products<7, 1>{});
  if (plain && s.strideWidth == 2 && s.filterWidth == 7) return body(Products<7, 2>{});
  body(Products<0, 0>{});
}

// Sums over a few vectors of channels, from one and the next and the next row of outputs.
template <typename Products>
class Sums {
 public:
  Sums(const ConvolutionShape& shape, const RowLayout& layout)
      : shape_(shape),
        layout_(layout),
        rows_(layout, shape),
        taps_(shape.filterHeight * shape.filterWidth),
        length_((shape.outWidth + kTile - 1) / kTile * kTile * kLanes),
        outer_(static_cast<size_t>(length_ * layout.vectors)),
        partial_(static_cast<size_t>(taps_ * layout.vectors * kLanes)),
        total_(static_cast<size_t>(taps_ * shape.inChannels)) {}

  void restart(const float* x, int64_t image, int64_t channel) {
    channel_ = channel;
    lanes_ = std::min(layout_.vectors * kLanes, shape_.inChannels - channel);
    rows_.restart(x + image * shape_.inHeight * shape_.inWidth * shape_.inChannels + channel, lanes_);
  }

  void add(const float* dy, int64_t image, int64_t row) {
    const float* pixels = dy + ((image * shape_.outHeight + row) * shape_.outWidth) * shape_.inChannels + channel_;
    for (int64_t i = 0; i < shape_.outWidth; ++i, pixels += shape_.inChannels) {
      for (int64_t v = 0; v * kLanes < lanes_; ++v) {
        store(&outer_[v * length_ + i * kLanes], loadChannels(pixels + v * kLanes, lanes_ - v * kLanes));
      }
    }
    const float* const* sources = rows_.of(row);
    for (int64_t v = 0; v * kLanes < lanes_; ++v) {
      float* sums = &partial_[v * taps_ * kLanes];
      for (int64_t tap = 0; tap < shape_.filterHeight; ++tap, sums += shape_.filterWidth * kLanes) {
        if (sources[tap] == nullptr) continue;
        Products::add(sources[tap] + v * layout_.length, &outer_[v * length_], shape_, sums);
      }
    }
  }

  // Adds the sums, in single precision so far, to those in double precision.
  void settle() {
    for (int64_t v = 0; v * kLanes < lanes_; ++v) {
      const int64_t count = std::min<int64_t>(kLanes, lanes_ - v * kLanes);
      for (int64_t tap = 0; tap < taps_; ++tap) {
        float* from = &partial_[(v * taps_ + tap) * kLanes];
        double* to = &total_[tap * shape_.inChannels + channel_ + v * kLanes];
        for (int64_t c = 0; c < count; ++c) to[c] += from[c];
      }
    }
    std::fill(partial_.begin(), partial_.end(), 0.0f);
  }

  std::vector<double> take() { return std::move(total_); }

 private:
  ConvolutionShape shape_;
  RowLayout layout_;
  DepthwiseRows rows_;
  int64_t taps_, length_;
  std::vector<float> outer_, partial_;
  std::vector<double> total_;
  int64_t channel_ = 0, lanes_ = 0;
};

constexpr int64_t kRowsPerSum = 64;

// (x, dy, dFilter, shape)
void depthwiseFilterGradient(const Args& args) {
  const ConvolutionShape s(args.integers(3));
  if (s.groups != s.inChannels || s.outChannels != s.inChannels || s.padTop < 0 || s.padLeft < 0) {
    throw std::runtime_error("a depthwise convolution has one filter to a channel");
  }
  const float *x = args.floats(0, s.inSize()), *dy = args.floats(1, s.outSize());
  float* dFilter = args.floats(2, s.filterSize());
  const RowLayout layout(s, kTile);
  const int64_t width = layout.vectors * kLanes, blocks = (s.inChannels + width - 1) / width;
  const int64_t cost = s.outWidth * s.filterHeight * s.filterWidth * width / 4;
  std::vector<std::vector<double>> totals(static_cast<size_t>(omp_get_max_threads()));
  withProducts(s, [&](auto products) {
    parallelRanges(blocks * s.batch * s.outHeight, cost, [&](int64_t begin, int64_t end) {
      Sums<decltype(products)> sums(s, layout);
      for (int64_t at = begin; at < end; ++at) {
        const int64_t row = at % s.outHeight, image = at / s.outHeight % s.batch, block = at / s.outHeight / s.batch;
        if (at == begin || row == 0) sums.restart(x, image, block * width);
        sums.add(dy, image, row);
        const bool last = at + 1 == end || (at + 1) % (s.outHeight * s.batch) == 0;
        if (last || (at + 1) % kRowsPerSum == 0) sums.settle();
      }
      totals[static_cast<size_t>(omp_get_thread_num())] = sums.take();
    });
  });
  for (int64_t i = 0; i < s.filterSize(); ++i) {
    double sum = 0;
    for (const auto& total : totals) sum += total.empty() ? 0 : total[i];
    dFilter[i] = static_cast<float>(sum);
  }
}

}  // namespace

void registerDepthwiseFilterGradient(Exports& exports) {
  exports.add("depthwiseFilterGradient", depthwiseFilterGradient);
}

}  // namespace mix
