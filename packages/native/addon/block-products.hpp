// Products of small matrices by blocks that stay in registers.
#pragma once

#include <utility>

#include "vectors.hpp"

namespace mix {

// Products that a sum in single precision takes one after another. Longer sums add up sums of so many, so that their rounding errors grow
// with the square root of the number of these, not of products.
constexpr int64_t kRun = 64;

// c[kRows, kVectors * kLanes] (+)= the product over `depth` of a column of a (element r of step d at a[r * rowStep + d * depthStep]) and
// a row of b (at b + d * bStep), in runs of `run` products.
template <int kRows, int kVectors, bool kAdd>
inline void blockProduct(const float* a, int64_t rowStep, int64_t depthStep, const float* b, int64_t bStep,
                         int64_t depth, int64_t run, float* c, int64_t cStep) {
  int64_t first = 0;
  do {
    const int64_t last = depth - first < 2 * run ? depth : first + run;
    // Unrolled throughout, so that the sums never leave the registers.
    Vector sums[kRows][kVectors];
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] = Vector{};
    }
    for (int64_t d = first; d < last; ++d) {
      Vector row[kVectors];
      for (int v = 0; v < kVectors; ++v) row[v] = load(b + d * bStep + v * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const Vector factor = broadcast(a[r * rowStep + d * depthStep]);
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) sums[r][v] += factor * row[v];
      }
    }
    const bool add = kAdd || first > 0;
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        float* to = c + r * cStep + v * kLanes;
        store(to, add ? load(to) + sums[r][v] : sums[r][v]);
      }
    }
    first = last;
  } while (first < depth);
}

using BlockProduct = void (*)(const float* a, int64_t rowStep, int64_t depthStep, const float* b, int64_t bStep,
                              int64_t depth, int64_t run, float* c, int64_t cStep);

template <int kVectors, bool kAdd, int... kRows>
inline BlockProduct chooseBlockProduct(int rows, std::integer_sequence<int, kRows...>) {
  static constexpr BlockProduct choices[] = {blockProduct<kRows + 1, kVectors, kAdd>...};
  return choices[rows - 1];
}

// The routine for `rows` (1 to kBlockRows) rows and `vectors` (1 or kBlockVectors) vectors of columns.
template <bool kAdd>
inline BlockProduct blockProductFor(int rows, int vectors) {
  using Rows = std::make_integer_sequence<int, kBlockRows>;
  return vectors == 1 ? chooseBlockProduct<1, kAdd>(rows, Rows{}) : chooseBlockProduct<kBlockVectors, kAdd>(rows, Rows{});
}

// c[rows, columns] (+)= the product of a and b as above, where columns is a multiple of kLanes. b lies in panels of kBlockVectors * kLanes
// columns, `panelStep` apart: packed, or, with panels next to each other, a plain matrix.
constexpr int64_t kPanel = kBlockVectors * kLanes;
template <bool kAdd, int64_t kLength = kRun>
inline void matrixProduct(const float* a, int64_t rowStep, int64_t depthStep, const float* b, int64_t bStep,
                          int64_t panelStep, int64_t rows, int64_t columns, int64_t depth, float* c, int64_t cStep) {
  // Rows in blocks of nearly equal size, since a block of one or two rows runs far below the peak.
  const int64_t blocks = (rows + kBlockRows - 1) / kBlockRows;
  int vectors = 0;
  for (int64_t column = 0; column < columns; column += vectors * kLanes) {
    vectors = columns - column >= kPanel ? kBlockVectors : 1;
    const float* panel = b + column / kPanel * panelStep + column % kPanel;
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t first = rows * block / blocks, last = rows * (block + 1) / blocks;
      const BlockProduct product = blockProductFor<kAdd>(static_cast<int>(last - first), vectors);
      product(a + first * rowStep, rowStep, depthStep, panel, bStep, depth, kLength, c + first * cStep + column, cStep);
    }
  }
}

}  // namespace mix
