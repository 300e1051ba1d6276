// Moves rows that lie apart to where they lie beside each other and are of whole vectors, and back.
#pragma once

#include <algorithm>
#include <cstdint>

#include "transpose-tile.hpp"

namespace mix {

// to[rows, wide] = from, with zeros beside it; all zeros where there is no `from`.
inline void gather(const float* from, int64_t step, int64_t rows, int64_t columns, float* to, int64_t wide) {
  for (int64_t row = 0; row < rows; ++row, to += wide) {
    const int64_t taken = from == nullptr ? 0 : columns;
    std::copy_n(from + (from == nullptr ? 0 : row * step), taken, to);
    std::fill(to + taken, to + wide, 0.0f);
  }
}

inline void scatter(const float* from, int64_t wide, int64_t rows, int64_t columns, float* to, int64_t step) {
  for (int64_t row = 0; row < rows; ++row) std::copy_n(from + row * wide, columns, to + row * step);
}

// to[columns, wide] = the transpose of from[rows, columns], with zeros beside it
inline void gatherTransposed(const float* from, int64_t step, int64_t rows, int64_t columns, float* to, int64_t wide) {
  transposeTile(reinterpret_cast<const uint32_t*>(from), step, reinterpret_cast<uint32_t*>(to), wide, columns, rows);
  for (int64_t c = 0; c < columns; ++c) std::fill(to + c * wide + rows, to + (c + 1) * wide, 0.0f);
}

// Asks for rows that are soon read, or written: they come from afar while something else is computed.
template <bool kWrite>
inline void prefetch(const float* at, int64_t step, int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < columns; c += kLine) __builtin_prefetch(at + row * step + c, kWrite ? 1 : 0);
  }
}

}  // namespace mix
