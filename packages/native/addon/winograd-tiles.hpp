// Images cut into tiles: where the elements of a tile lie, and their transforms to and from the 36 matrices [tiles, channels].
#pragma once

#include <algorithm>
#include <cstdint>

#include "winograd-transforms.hpp"

namespace mix {

// Images of NHWC whose tiles of 4x4 start at `origin` pixels (at or before 0) and repeat every 4.
struct Tiles {
  int64_t height, width, channels;
  int64_t originTop, originLeft;
  int64_t down, across;  // tiles to an image

  // Calls body(pixel) for a tile of kSize x kSize, where pixel(i, j) points to its pixels, to `outside` for those beyond the image.
  template <int kSize, typename Float, typename Body>
  void visit(int64_t tile, Float* images, Float* outside, const Body& body) const {
    const int64_t column = tile % across, row = tile / across % down, image = tile / across / down;
    const int64_t top = row * kTile + originTop, left = column * kTile + originLeft, line = width * channels;
    Float* corner = images + image * height * line + top * line + left * channels;
    if (top >= 0 && left >= 0 && top + kSize <= height && left + kSize <= width) {
      body([=](int i, int j) { return corner + i * line + j * channels; });
      return;
    }
    Float* at[kSize][kSize];
    for (int64_t i = 0; i < kSize; ++i) {
      const bool inRow = top + i >= 0 && top + i < height;
      for (int64_t j = 0; j < kSize; ++j) {
        const bool inside = inRow && left + j >= 0 && left + j < width;
        at[i][j] = inside ? corner + i * line + j * channels : outside;
      }
    }
    body([&at](int i, int j) { return at[i][j]; });
  }
};

// Patches of tiles [first, last) -> v, 36 matrices [.., channels] with `plane` elements between them; `zeros` holds a pixel of zeros.
inline void transformPatches(const Tiles& tiles, const float* x, const float* zeros, int64_t first, int64_t last,
                             float* v, int64_t plane) {
  for (int64_t tile = first; tile < last; ++tile, v += tiles.channels) {
    tiles.visit<kPatch>(tile, x, zeros, [=](const auto& pixel) {
      for (int64_t c = 0; c < tiles.channels; c += kLanes) {
        Vector rows[kPatch][kPatch];
#pragma GCC unroll 6
        for (int i = 0; i < kPatch; ++i) {
          const Vector d[6] = {load(pixel(i, 0) + c), load(pixel(i, 1) + c), load(pixel(i, 2) + c),
                               load(pixel(i, 3) + c), load(pixel(i, 4) + c), load(pixel(i, 5) + c)};
          transformInputs(d, rows[i]);
        }
#pragma GCC unroll 6
        for (int j = 0; j < kPatch; ++j) {
          const Vector d[6] = {rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j]};
          Vector column[6];
          transformInputs(d, column);
          for (int i = 0; i < kPatch; ++i) store(v + (i * kPatch + j) * plane + c, column[i]);
        }
      }
    });
  }
}

// m, 36 matrices [.., channels] -> the outputs of tiles [first, last); `dump` takes the pixels beyond the image.
inline void transformBack(const Tiles& tiles, const float* m, int64_t plane, int64_t step, int64_t first, int64_t last,
                          float* y, float* dump) {
  for (int64_t tile = first; tile < last; ++tile, m += step) {
    tiles.visit<kTile>(tile, y, dump, [=](const auto& pixel) {
      for (int64_t c = 0; c < tiles.channels; c += kLanes) {
        Vector rows[kPatch][kTile];
#pragma GCC unroll 6
        for (int i = 0; i < kPatch; ++i) {
          const float* from = m + i * kPatch * plane + c;
          const Vector d[6] = {load(from),             load(from + plane),     load(from + 2 * plane),
                               load(from + 3 * plane), load(from + 4 * plane), load(from + 5 * plane)};
          transformProducts(d, rows[i]);
        }
#pragma GCC unroll 4
        for (int j = 0; j < kTile; ++j) {
          const Vector d[6] = {rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j]};
          Vector column[4];
          transformProducts(d, column);
          for (int i = 0; i < kTile; ++i) store(pixel(i, j) + c, column[i]);
        }
      }
    });
  }
}

// Output gradients of tiles [first, last) -> e, 36 matrices [.., channels].
inline void transformGradients(const Tiles& tiles, const float* dy, const float* zeros, int64_t first, int64_t last,
                               float* e, int64_t plane) {
  for (int64_t tile = first; tile < last; ++tile, e += tiles.channels) {
    tiles.visit<kTile>(tile, dy, zeros, [=](const auto& pixel) {
      for (int64_t c = 0; c < tiles.channels; c += kLanes) {
        Vector rows[kTile][kPatch];
#pragma GCC unroll 4
        for (int i = 0; i < kTile; ++i) {
          const Vector d[4] = {load(pixel(i, 0) + c), load(pixel(i, 1) + c), load(pixel(i, 2) + c), load(pixel(i, 3) + c)};
          transformOutputGradients(d, rows[i]);
        }
#pragma GCC unroll 6
        for (int j = 0; j < kPatch; ++j) {
          const Vector d[4] = {rows[0][j], rows[1][j], rows[2][j], rows[3][j]};
          Vector column[6];
          transformOutputGradients(d, column);
          for (int i = 0; i < kPatch; ++i) store(e + (i * kPatch + j) * plane + c, column[i]);
        }
      }
    });
  }
}

}  // namespace mix
