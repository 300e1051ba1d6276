// What the convolution by Winograd's transforms and its filter's gradient share: sizes, and where things lie in scratch memory.
#pragma once

#include <cstdint>
#include <cstring>

#include "vectors.hpp"
#include "winograd-transforms.hpp"

namespace mix {

// From this size on, transformed filters do not stay in the cache while blocks pass by: all tiles go through one frequency first.
constexpr int64_t kLargeFilter = 192 * 192;

inline int64_t roundUp(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

// The distance between the 36 matrices, which are written and read side by side: an odd number of cache lines, or they would fall
// into few of the cache's sets.
inline int64_t planeStep(int64_t floats) { return ((floats + 15) / 16 | 1) * 16; }

// Hands out parts of one scratch allocation, each on a cache line of its own.
class Parts {
 public:
  int64_t reserve(int64_t floats) {
    const int64_t at = total_;
    total_ += roundUp(floats, 16);
    return at;
  }
  int64_t total() const { return total_; }

 private:
  int64_t total_ = 0;
};

// A pixel of zeros that tiles read beyond the image, then one that they may write; `pixels` has room for both.
inline void clearPixel(float* pixels, int64_t channels) {
  std::memset(pixels, 0, static_cast<size_t>(channels) * sizeof(float));
}

inline int64_t tilesAlong(int64_t size) { return (size + kTile - 1) / kTile; }

}  // namespace mix
