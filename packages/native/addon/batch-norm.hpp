// Statistics of the columns of a [rows, channels] matrix, over threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mix {

// Sums of columns, in double precision.
using Columns = std::vector<double>;

// A matrix with few channels is read as one with fewer and longer rows, so that inner loops are long enough to vectorise.
struct Rows {
  int64_t rows, width, channels;

  Rows(int64_t rows, int64_t channels) : rows(rows), width(channels), channels(channels) {
    while (this->width < 128 && this->rows % 2 == 0 && this->rows > 0) {
      this->width *= 2;
      this->rows /= 2;
    }
  }

  // `values` of each channel, repeated over the width.
  std::vector<float> spread(const float* values) const {
    std::vector<float> wide(static_cast<size_t>(width));
    for (int64_t i = 0; i < width; ++i) wide[i] = values[i % channels];
    return wide;
  }

  // How many rows to sum in single precision before the sum goes on in double; they stay in the cache meanwhile.
  int64_t block() const {
    const int64_t fitting = 8192 / width;
    return fitting > 32 ? fitting : 32;
  }
};

}  // namespace mix
