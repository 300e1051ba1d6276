#include "winograd.hpp"

#include <omp.h>

#include <algorithm>

#include "block-products.hpp"
#include "context.hpp"
#include "threads.hpp"
#include "winograd-scratch.hpp"
#include "winograd-tiles.hpp"

namespace mix {

namespace {

// Tiles that a thread takes through all stages at once: as few as fill a block of registers, so that they stay in the nearest cache.
constexpr int64_t kBlockTiles = (14 + kBlockRows - 1) / kBlockRows * kBlockRows;

// Below so many tiles, shorter runs cost little time in all, and spare tests and checks of gradients a fifth of the error.
constexpr int64_t kFewTiles = 256;

// One filter's elements [3, 3, inner, outer] -> 36 matrices [inner, outer] packed in panels.
void transformFilters(const float* filter, int64_t inner, int64_t outer, float* u) {
  const int64_t tap = inner * outer, plane = planeStep(inner * roundUp(outer, kPanel));
  parallelRanges(inner, outer * kFrequencies, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t o = 0; o < outer; o += kLanes) {
        const float* from = filter + i * outer + o;
        float* to = u + (o / kPanel * inner + i) * kPanel + o % kPanel;
        Vector rows[3][kPatch];
        for (int r = 0; r < 3; ++r) {
          const float* row = from + 3 * r * tap;
          const Vector g[3] = {load(row), load(row + tap), load(row + 2 * tap)};
          transformFilter(g, rows[r]);
        }
        for (int j = 0; j < kPatch; ++j) {
          const Vector g[3] = {rows[0][j], rows[1][j], rows[2][j]};
          Vector column[6];
          transformFilter(g, column);
          for (int r = 0; r < kPatch; ++r) store(to + (r * kPatch + j) * plane, column[r]);
        }
      }
    }
  });
}

// [3, 3, inner, outer] -> turned by 180 degrees, [3, 3, outer, inner]: the filter of the input's gradient.
void turnFilter(const float* filter, int64_t inner, int64_t outer, float* turned) {
  constexpr int64_t kBlock = 16;
  const int64_t blocks = (inner + kBlock - 1) / kBlock;
  parallelRanges(9 * blocks, outer * kBlock, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t tap = item / blocks, first = item % blocks * kBlock, last = std::min(first + kBlock, inner);
      const float* from = filter + tap * inner * outer;
      float* to = turned + (8 - tap) * inner * outer;
      for (int64_t o = 0; o < outer; ++o) {
        for (int64_t i = first; i < last; ++i) to[o * inner + i] = from[i * outer + o];
      }
    }
  });
}

// y = x convolved with the transformed filters u, both images cut into tiles.
struct Convolution {
  Tiles in, out;
  int64_t tiles;
  const float* x;
  const float* u;
  float* y;

  int64_t depth() const { return in.channels; }
  int64_t columns() const { return out.channels; }
  int64_t filterPlane() const { return planeStep(depth() * roundUp(columns(), kPanel)); }

  void multiply(int64_t frequency, const float* v, float* m, int64_t rows) const {
    const auto product = tiles < kFewTiles ? matrixProduct<false, kRun / 2> : matrixProduct<false>;
    product(v, depth(), 1, u + frequency * filterPlane(), kPanel, depth() * kPanel, rows, columns(), depth(), m,
            columns());
  }

  int64_t workFloats(int64_t rows) const {
    return kFrequencies * (planeStep(rows * depth()) + planeStep(rows * columns()));
  }
  // Every thread takes blocks of tiles through all three stages, in its own cache.
  void runBlocks(float* scratch, float* pixels) const {
    constexpr int64_t size = kBlockTiles;
    const int64_t blocks = (tiles + size - 1) / size;
    const int64_t inPlane = planeStep(size * depth()), outPlane = planeStep(size * columns());
#pragma omp parallel num_threads(threadsFor(tiles * kFrequencies * depth()))
    {
      float* v = scratch + omp_get_thread_num() * workFloats(size);
      float* m = v + kFrequencies * inPlane;
#pragma omp for schedule(dynamic)
      for (int64_t block = 0; block < blocks; ++block) {
        const int64_t first = block * size, last = std::min(first + size, tiles);
        transformPatches(in, x, pixels, first, last, v, inPlane);
        for (int64_t f = 0; f < kFrequencies; ++f) multiply(f, v + f * inPlane, m + f * outPlane, last - first);
        transformBack(out, m, outPlane, columns(), first, last, y, pixels + depth());
      }
    }
  }

  // All tiles through each stage in turn, the products split by frequency.
  void runStages(float* scratch, float* pixels) const {
    const int64_t inPlane = planeStep(tiles * depth()), outPlane = planeStep(tiles * columns());
    float* v = scratch;
    float* m = v + kFrequencies * inPlane;
#pragma omp parallel num_threads(threadsFor(tiles * kFrequencies * depth()))
    {
#pragma omp for schedule(static)
      for (int64_t tile = 0; tile < tiles; ++tile) {
        transformPatches(in, x, pixels, tile, tile + 1, v + tile * depth(), inPlane);
      }
#pragma omp for schedule(dynamic)
      for (int64_t f = 0; f < kFrequencies; ++f) multiply(f, v + f * inPlane, m + f * outPlane, tiles);
#pragma omp for schedule(static)
      for (int64_t tile = 0; tile < tiles; ++tile) {
        transformBack(out, m + tile * columns(), outPlane, columns(), tile, tile + 1, y, pixels + depth());
      }
    }
  }
};

void convolve(Context& context, Convolution job, const float* filter, bool turned, KeptFilter kept) {
  const int64_t depth = job.depth(), columns = job.columns();
  const bool staged = depth * columns >= kLargeFilter;
  const bool transforms = !kept.isFilled;
  Parts parts;
  const int64_t pixels = parts.reserve(depth + columns);
  const int64_t packed = kept.floats == nullptr ? parts.reserve(kFrequencies * job.filterPlane()) : 0;
  const int64_t flipped = transforms && turned ? parts.reserve(9 * depth * columns) : 0;
  const int64_t work =
      parts.reserve(staged ? job.workFloats(job.tiles) : context.threads * job.workFloats(kBlockTiles));
  float* scratch = context.scratch.floats(parts.total());
  clearPixel(scratch + pixels, depth);
  float* u = kept.floats == nullptr ? scratch + packed : kept.floats;
  if (transforms) {
    if (turned) turnFilter(filter, columns, depth, scratch + flipped);
    transformFilters(turned ? scratch + flipped : filter, depth, columns, u);
  }
  job.u = u;
  staged ? job.runStages(scratch + work, scratch + pixels) : job.runBlocks(scratch + work, scratch + pixels);
}

}  // namespace

bool fitsWinograd(const ConvolutionShape& s) {
  if (s.filterHeight != 3 || s.filterWidth != 3 || s.strideHeight != 1 || s.strideWidth != 1) return false;
  if (s.dilationHeight != 1 || s.dilationWidth != 1 || s.groups != 1) return false;
  if (s.inChannels % kLanes != 0 || s.outChannels % kLanes != 0) return false;
  // Tiles that hang far over the edge compute for nothing, and few tiles do not pay for the filter's transform.
  const int64_t tiles = tilesAlong(s.outHeight) * tilesAlong(s.outWidth);
  return 2 * s.outHeight * s.outWidth >= tiles * kTile * kTile && s.batch * tiles >= 32;
}

int64_t keptFilterFloats(const ConvolutionShape& s) {
  if (s.inChannels * s.outChannels < kLargeFilter || !fitsWinograd(s)) return 0;
  const int64_t forward = planeStep(s.inChannels * roundUp(s.outChannels, kPanel));
  const int64_t gradient = planeStep(s.outChannels * roundUp(s.inChannels, kPanel));
  return kFrequencies * std::max(forward, gradient);
}

void winogradForward(Context& context, const ConvolutionShape& s, const float* x, const float* filter, float* y,
                     KeptFilter kept) {
  const int64_t down = tilesAlong(s.outHeight), across = tilesAlong(s.outWidth);
  const Tiles in{s.inHeight, s.inWidth, s.inChannels, -s.padTop, -s.padLeft, down, across};
  const Tiles out{s.outHeight, s.outWidth, s.outChannels, 0, 0, down, across};
  convolve(context, {in, out, s.batch * down * across, x, nullptr, y}, filter, false, kept);
}

void winogradInputGradient(Context& context, const ConvolutionShape& s, const float* dy, const float* filter,
                           float* dx, KeptFilter kept) {
  const int64_t down = tilesAlong(s.inHeight), across = tilesAlong(s.inWidth);
  const Tiles in{s.outHeight, s.outWidth, s.outChannels, s.padTop - 2, s.padLeft - 2, down, across};
  const Tiles out{s.inHeight, s.inWidth, s.inChannels, 0, 0, down, across};
  convolve(context, {in, out, s.batch * down * across, dy, nullptr, dx}, filter, true, kept);
}

}  // namespace mix
