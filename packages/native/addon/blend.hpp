// The rows and sources of a blend.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "args.hpp"
#include "threads.hpp"

namespace mix {

struct BlendShape {
  int64_t from;      // rows of images
  int64_t rows;      // rows of the result
  int64_t count;     // sources a row
  int64_t pixels;    // pixels a row; 1 with a number a row
  int64_t depth;     // elements a pixel
  int64_t channels;  // masks a row; 0 with a number a row
  bool shared;       // one row of masks serves all

  explicit BlendShape(const std::vector<int64_t>& n) {
    if (n.size() != 7) throw std::runtime_error("a blend's shape is 7 numbers");
    from = n[0], rows = n[1], count = n[2], pixels = n[3], depth = n[4], channels = n[5], shared = n[6] != 0;
    if (channels != 0 && channels != count && !(channels == 1 && count == 2)) {
      throw std::runtime_error("a blend needs a mask a source, or one for two");
    }
  }
  bool masked() const { return channels != 0; }
  int64_t size() const { return pixels * depth; }
  // From the masks of a row to those of the next.
  int64_t maskStride() const { return shared ? 0 : pixels * channels; }
  int64_t sharesSize() const { return masked() ? (shared ? 1 : rows) * pixels * channels : rows * count; }
};

// The argument that holds them, once it is known to name rows that there are.
inline const int32_t* checkedSources(const Args& args, size_t index, const BlendShape& s) {
  const int32_t* sources = args.ints(index, s.rows * s.count);
  for (int64_t i = 0; i < s.rows * s.count; ++i) {
    if (sources[i] < 0 || sources[i] >= s.from) throw std::runtime_error("a source is not a row of the images");
  }
  return sources;
}

// body(row, begin, end) over parts of the rows' pixels, which are worth `cost` elements each.
template <typename Body>
void overPixels(int64_t rows, int64_t pixels, int64_t cost, const Body& body) {
  parallelRanges(
      rows * pixels, cost,
      [&](int64_t begin, int64_t end) {
        for (int64_t at = begin; at < end;) {
          const int64_t row = at / pixels;
          const int64_t first = at - row * pixels;
          const int64_t last = end - row * pixels < pixels ? end - row * pixels : pixels;
          body(row, first, last);
          at += last - first;
        }
      },
      16);
}

void blendMasksGradient(const Args& args);

}  // namespace mix
