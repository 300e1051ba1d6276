// Rows of an image, kept side by side for a few vectors of channels with the padding written out, as a depthwise convolution reads them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "convolution.hpp"
#include "vectors.hpp"

namespace mix {

// Reads one vector of channels; those from `channels` on are zero.
inline Vector loadChannels(const float* from, int64_t channels) {
  if (channels >= kLanes) return load(from);
  float lanes[kLanes] = {};
  std::copy_n(from, channels, lanes);
  return load(lanes);
}

// Rows as long as the outputs need, where there are multiples of `tile` of these.
struct RowLayout {
  int64_t length;   // of a row of one vector of channels
  int64_t kept;     // how many rows the outputs of one row need
  int64_t vectors;  // how many vectors of channels are kept at once: several make better use of memory, as far as they fit in the cache

  RowLayout(const ConvolutionShape& s, int64_t tile) {
    constexpr int64_t kCached = 8192, kMost = 4;
    const int64_t outputs = (s.outWidth + tile - 1) / tile * tile;
    length = ((outputs - 1) * s.strideWidth + (s.filterWidth - 1) * s.dilationWidth + 1) * kLanes;
    kept = (s.filterHeight - 1) * s.dilationHeight + 1;
    const int64_t fitting = std::clamp<int64_t>(kCached / (kept * length), 1, kMost);
    vectors = std::min(fitting, (s.inChannels + kLanes - 1) / kLanes);
  }
};

class DepthwiseRows {
 public:
  DepthwiseRows(const RowLayout& layout, const ConvolutionShape& shape)
      : layout_(layout),
        shape_(shape),
        // Places that no pixel is written to stay zero.
        memory_(static_cast<size_t>(layout.kept * layout.vectors * layout.length + kLanes)),
        pointers_(static_cast<size_t>(shape.filterHeight)),
        held_(static_cast<size_t>(layout.kept)) {
    // Vectors that lie across two lines of the cache take twice the time to load.
    void* start = memory_.data();
    size_t space = memory_.size() * sizeof(float);
    aligned_ = static_cast<float*>(std::align(kLanes * sizeof(float), sizeof(float), start, space));
  }

  // `image` is that of the first of the channels, of which there are `lanes`.
  void restart(const float* image, int64_t lanes) {
    image_ = image;
    lanes_ = lanes;
    std::fill(held_.begin(), held_.end(), int64_t{-1});
  }

  // For every row of the filter the row that it looks at, or null; the next vector of channels lies the layout's length further on.
  const float* const* of(int64_t output) {
    for (int64_t tap = 0; tap < shape_.filterHeight; ++tap) {
      const int64_t source = output * shape_.strideHeight - shape_.padTop + tap * shape_.dilationHeight;
      pointers_[tap] = source < 0 || source >= shape_.inHeight ? nullptr : kept(source);
    }
    return pointers_.data();
  }

 private:
  const float* kept(int64_t source) {
    const int64_t slot = source % layout_.kept;
    float* row = aligned_ + slot * layout_.vectors * layout_.length;
    if (held_[slot] != source) {
      fill(row, image_ + source * shape_.inWidth * shape_.inChannels);
      held_[slot] = source;
    }
    return row;
  }

  void fill(float* row, const float* pixels) const {
    for (int64_t i = 0; i < shape_.inWidth; ++i, pixels += shape_.inChannels) {
      const int64_t place = (i + shape_.padLeft) * kLanes;
      if (place >= layout_.length) return;
      for (int64_t v = 0; v * kLanes < lanes_; ++v) {
        store(row + v * layout_.length + place, loadChannels(pixels + v * kLanes, lanes_ - v * kLanes));
      }
    }
  }

  RowLayout layout_;
  ConvolutionShape shape_;
  std::vector<float> memory_;
  float* aligned_;
  std::vector<const float*> pointers_;
  std::vector<int64_t> held_;  // which row of the image each of ours holds
  const float* image_ = nullptr;
  int64_t lanes_ = 0;
};

}  // namespace mix
