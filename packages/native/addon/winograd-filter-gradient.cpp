#include <omp.h>

#include <cstring>

#include "block-products.hpp"
#include "context.hpp"
#include "threads.hpp"
#include "winograd-scratch.hpp"
#include "winograd-tiles.hpp"
#include "winograd.hpp"

namespace mix {

namespace {

// The filter's gradient adds up over tiles, and takes more of them at once.
constexpr int64_t kGradientFloats = 160 * 1024;

// 36 matrices of `tap` elements, `plane` apart -> the filter's gradient, 9 of them.
void transformFilterGradients(const float* du, int64_t plane, int64_t tap, float* dFilter) {
  parallelRanges(tap / kLanes, kFrequencies * kLanes, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin * kLanes; at < end * kLanes; at += kLanes) {
      Vector rows[kPatch][3];
      for (int i = 0; i < kPatch; ++i) {
        const float* from = du + i * kPatch * plane + at;
        const Vector u[6] = {load(from),             load(from + plane),     load(from + 2 * plane),
                             load(from + 3 * plane), load(from + 4 * plane), load(from + 5 * plane)};
        transformFilterGradient(u, rows[i]);
      }
      for (int j = 0; j < 3; ++j) {
        const Vector u[6] = {rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j]};
        Vector g[3];
        transformFilterGradient(u, g);
        for (int i = 0; i < 3; ++i) store(dFilter + (i * 3 + j) * tap + at, g[i]);
      }
    }
  });
}

}  // namespace

void winogradFilterGradient(Context& context, const ConvolutionShape& s, const float* x, const float* dy,
                            float* dFilter) {
  const int64_t down = tilesAlong(s.outHeight), across = tilesAlong(s.outWidth), tiles = s.batch * down * across;
  const int64_t inner = s.inChannels, outer = s.outChannels;
  const Tiles in{s.inHeight, s.inWidth, inner, -s.padTop, -s.padLeft, down, across};
  const Tiles out{s.outHeight, s.outWidth, outer, 0, 0, down, across};
  const bool staged = inner * outer >= kLargeFilter;
  const int64_t size = staged ? tiles : std::max<int64_t>(48, kGradientFloats / (kFrequencies * (inner + outer)));
  const int64_t inPlane = planeStep(size * inner), outPlane = planeStep(size * outer);
  const int64_t sumPlane = planeStep(inner * outer), sumFloats = kFrequencies * sumPlane;
  const int threads = threadsFor(tiles * kFrequencies * inner);
  const int copies = staged ? 1 : threads;

  Parts parts;
  const int64_t pixels = parts.reserve(inner + outer);
  const int64_t sums = parts.reserve(sumFloats * copies);
  const int64_t workFloats = kFrequencies * (inPlane + outPlane);
  const int64_t work = parts.reserve(workFloats * copies);
  float* scratch = context.scratch.floats(parts.total());
  const float* zeros = scratch + pixels;
  clearPixel(scratch + pixels, inner + outer);
  float* total = scratch + sums;

  if (staged) {
    float* v = scratch + work;
    float* e = v + kFrequencies * inPlane;
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
      for (int64_t tile = 0; tile < tiles; ++tile) {
        transformPatches(in, x, zeros, tile, tile + 1, v + tile * inner, inPlane);
        transformGradients(out, dy, zeros, tile, tile + 1, e + tile * outer, outPlane);
      }
#pragma omp for schedule(dynamic)
      for (int64_t f = 0; f < kFrequencies; ++f) {
        matrixProduct<false>(v + f * inPlane, 1, inner, e + f * outPlane, outer, kPanel, inner, outer, tiles,
                             total + f * sumPlane, outer);
      }
    }
  } else {
    const int64_t blocks = (tiles + size - 1) / size;
#pragma omp parallel num_threads(threads)
    {
      const int thread = omp_get_thread_num();
      float* v = scratch + work + thread * workFloats;
      float* e = v + kFrequencies * inPlane;
      float* du = total + thread * sumFloats;
      std::memset(du, 0, static_cast<size_t>(sumFloats) * sizeof(float));
      // Static, so that the order of the sums, and with it their rounding, is the same in every run.
#pragma omp for schedule(static)
      for (int64_t block = 0; block < blocks; ++block) {
        const int64_t first = block * size, last = std::min(first + size, tiles);
        transformPatches(in, x, zeros, first, last, v, inPlane);
        transformGradients(out, dy, zeros, first, last, e, outPlane);
        for (int64_t f = 0; f < kFrequencies; ++f) {
          matrixProduct<true>(v + f * inPlane, 1, inner, e + f * outPlane, outer, kPanel, inner, outer, last - first,
                              du + f * sumPlane, outer);
        }
      }
#pragma omp for schedule(static)
      for (int64_t at = 0; at < sumFloats; at += kLanes) {
        Vector sum = load(total + at);
        for (int t = 1; t < omp_get_num_threads(); ++t) sum += load(total + t * sumFloats + at);
        store(total + at, sum);
      }
    }
  }
  transformFilterGradients(total, sumPlane, inner * outer, dFilter);
}

}  // namespace mix
