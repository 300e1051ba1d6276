// The filter's gradient of a convolution in groups: the products of a vector of outputs with four input channels of its groups at a
// time, for a row of the filter, with the sums in registers.
#include "channel-groups.hpp"
#include "depthwise-rows.hpp"
#include "threads.hpp"

namespace mix {

namespace {

constexpr int kTile = 8;
constexpr int kTaps = 3;
constexpr int kInputs = 4;

// Adds to sums [kInputs, 3, kLanes] the products of a row of pixels, whose inputs are in the lanes `first` and after, and a row of dy.
template <int kStride>
void addProducts(const float* row, const float* dy, int64_t width, Lanes first, float* totals) {
  Vector sums[kInputs][kTaps];
  Lanes lanes[kInputs];
  for (int i = 0; i < kInputs; ++i) {
    lanes[i] = first + static_cast<int32_t>(i);
    for (int k = 0; k < kTaps; ++k) sums[i][k] = load(totals + (i * kTaps + k) * kLanes);
  }
  for (int64_t start = 0; start < width; start += kTile) {
#pragma GCC unroll 32
    for (int place = 0; place < (kTile - 1) * kStride + kTaps; ++place) {
      const Vector pixel = load(row + (start * kStride + place) * kLanes);
#pragma GCC unroll 4
      for (int i = 0; i < kInputs; ++i) {
        const Vector input = pick(pixel, lanes[i]);
#pragma GCC unroll 3
        for (int k = 0; k < kTaps; ++k) {
          const int t = (place - k) / kStride;
          if (place >= k && (place - k) % kStride == 0 && t < kTile) sums[i][k] += input * load(dy + (start + t) * kLanes);
        }
      }
    }
  }
  for (int i = 0; i < kInputs; ++i) {
    for (int k = 0; k < kTaps; ++k) store(totals + (i * kTaps + k) * kLanes, sums[i][k]);
  }
}

// Sums over a few vectors of channels, from one and the next and the next row of outputs; for every vector [3 rows, size, 3, kLanes].
template <int kStride>
class GroupSums {
 public:
  GroupSums(const ConvolutionShape& shape, const RowLayout& layout)
      : shape_(shape),
        layout_(layout),
        rows_(layout, shape),
        size_(shape.inChannels / shape.groups),
        first_(firstOfGroups(size_)),
        perVector_(kTaps * size_ * kTaps * kLanes),
        length_((shape.outWidth + kTile - 1) / kTile * kTile * kLanes),
        outer_(static_cast<size_t>(length_ * layout.vectors)),
        partial_(static_cast<size_t>(perVector_ * layout.vectors)),
        total_(static_cast<size_t>(perVector_ * shape.inChannels / kLanes)) {}

  void restart(const float* x, int64_t image, int64_t channel) {
    channel_ = channel;
    lanes_ = std::min(layout_.vectors * kLanes, shape_.inChannels - channel);
    rows_.restart(x + image * shape_.inHeight * shape_.inWidth * shape_.inChannels + channel, lanes_);
  }

  void add(const float* dy, int64_t image, int64_t row) {
    const float* pixels = dy + ((image * shape_.outHeight + row) * shape_.outWidth) * shape_.inChannels + channel_;
    for (int64_t t = 0; t < shape_.outWidth; ++t, pixels += shape_.inChannels) {
      for (int64_t v = 0; v * kLanes < lanes_; ++v) store(&outer_[v * length_ + t * kLanes], load(pixels + v * kLanes));
    }
    const float* const* sources = rows_.of(row);
    for (int64_t tap = 0; tap < kTaps; ++tap) {
      if (sources[tap] == nullptr) continue;
      for (int64_t v = 0; v * kLanes < lanes_; ++v) {
        const float* source = sources[tap] + v * layout_.length;
        float* sums = &partial_[v * perVector_ + tap * size_ * kTaps * kLanes];
        for (int64_t i = 0; i < size_; i += kInputs)
          addProducts<kStride>(source, &outer_[v * length_], shape_.outWidth, first_ + static_cast<int32_t>(i), sums + i * kTaps * kLanes);
      }
    }
  }

  // Adds the sums, in single precision so far, to those in double precision.
  void settle() {
    double* to = &total_[channel_ / kLanes * perVector_];
    for (int64_t i = 0; i < perVector_ * lanes_ / kLanes; ++i) to[i] += partial_[i];
    std::fill(partial_.begin(), partial_.end(), 0.0f);
  }

  std::vector<double> take() { return std::move(total_); }

 private:
  ConvolutionShape shape_;
  RowLayout layout_;
  DepthwiseRows rows_;
  int64_t size_;
  Lanes first_;
  int64_t perVector_, length_;
  std::vector<float> outer_, partial_;
  std::vector<double> total_;
  int64_t channel_ = 0, lanes_ = 0;
};

constexpr int64_t kRowsPerSum = 128;

using Totals = std::vector<std::vector<double>>;

template <int kStride>
void sumProducts(const ConvolutionShape& s, const float* x, const float* dy, Totals& totals) {
  const RowLayout layout(s, kTile);
  const int64_t width = layout.vectors * kLanes, blocks = (s.inChannels + width - 1) / width;
  const int64_t cost = s.outWidth * kTaps * kTaps * s.inChannels / s.groups * width / 4;
  parallelRanges(blocks * s.batch * s.outHeight, cost, [&](int64_t begin, int64_t end) {
    GroupSums<kStride> sums(s, layout);
    for (int64_t item = begin; item < end; ++item) {
      const int64_t row = item % s.outHeight, image = item / s.outHeight % s.batch, block = item / s.outHeight / s.batch;
      if (item == begin || row == 0) sums.restart(x, image, block * width);
      sums.add(dy, image, row);
      const bool last = item + 1 == end || (item + 1) % (s.outHeight * s.batch) == 0;
      if (last || (item + 1) % kRowsPerSum == 0) sums.settle();
    }
    totals[static_cast<size_t>(omp_get_thread_num())] = sums.take();
  });
}

}  // namespace

void groupedFilterGradient(const ConvolutionShape& s, const float* x, const float* dy, float* dFilter) {
  const int64_t size = s.inChannels / s.groups;
  Totals totals(static_cast<size_t>(omp_get_max_threads()));
  s.strideWidth == 1 ? sumProducts<1>(s, x, dy, totals) : sumProducts<2>(s, x, dy, totals);
  for (int64_t item = 0; item < kTaps * kTaps * size; ++item) {
    const int64_t i = item % size, column = item / size % kTaps, row = item / size / kTaps;
    for (int64_t out = 0; out < s.outChannels; ++out) {
      const int64_t at = (((out / kLanes * kTaps + row) * size + i) * kTaps + column) * kLanes + out % kLanes;
      double sum = 0;
      for (const auto& total : totals) sum += total.empty() ? 0 : total[static_cast<size_t>(at)];
      dFilter[item * s.outChannels + out] = static_cast<float>(sum);
    }
  }
}

}  // namespace mix
