// Strided convolutions to small images: what each tap of the filter sees of the image, in the rows of a matrix, times the tap's weights.
#include "patch-convolution.hpp"

#include <algorithm>
#include <cstring>

#include "block-products.hpp"
#include "context.hpp"
#include "threads.hpp"
#include "winograd-scratch.hpp"

namespace mix {

namespace {

// Input channels of a tap that are taken at a time: their weights for a panel of outputs stay in the first cache.
constexpr int64_t kDepth = 128;
// Floats of the patches and sums that are worked on at a time: they stay in the second cache while all the weights pass by.
constexpr int64_t kChunkFloats = 1 << 18;
constexpr int64_t kShortRow = 6;
constexpr int64_t kLeastChannels = 64;

int64_t depthsOf(const ConvolutionShape& s) { return (s.inChannels + kDepth - 1) / kDepth; }
int64_t panelsOf(const ConvolutionShape& s) { return (s.outChannels + kPanel - 1) / kPanel; }

// One tap's weights of some input channels, [size, outChannels].
struct Part {
  int64_t row, column;  // of the filter
  int64_t first, size;  // input channels
  int64_t at;           // the first of its rows among all of the filter's

  Part(const ConvolutionShape& s, int64_t index) {
    const int64_t tap = index / depthsOf(s);
    row = tap / s.filterWidth, column = tap % s.filterWidth;
    first = index % depthsOf(s) * kDepth, size = std::min(kDepth, s.inChannels - first);
    at = tap * s.inChannels + first;
  }
};

int64_t partsOf(const ConvolutionShape& s) { return s.filterHeight * s.filterWidth * depthsOf(s); }

// Each part in panels [size, kPanel]; the last one may be narrower and has anything in the rest.
void packParts(const ConvolutionShape& s, const float* filter, float* packed) {
  const int64_t panels = panelsOf(s);
  parallelRanges(partsOf(s), kDepth * s.outChannels, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const Part part(s, index);
      float* to = packed + part.at * panels * kPanel;
      for (int64_t panel = 0; panel < panels; ++panel) {
        const int64_t first = panel * kPanel, width = std::min(kPanel, s.outChannels - first);
        for (int64_t d = 0; d < part.size; ++d, to += kPanel) {
          std::memcpy(to, filter + (part.at + d) * s.outChannels + first, width * sizeof(float));
        }
      }
    }
  });
}

// What a part meets for output pixels `begin` to `end`, counted through all images: [end - begin, size], zeros beyond the borders.
void copyPatches(const ConvolutionShape& s, const Part& part, const float* x, int64_t begin, int64_t end, float* patches) {
  for (int64_t pixel = begin; pixel < end; ++pixel, patches += part.size) {
    const int64_t row = pixel / s.outWidth % s.outHeight * s.strideHeight - s.padTop + part.row;
    const int64_t column = pixel % s.outWidth * s.strideWidth - s.padLeft + part.column;
    if (row < 0 || row >= s.inHeight || column < 0 || column >= s.inWidth) {
      std::memset(patches, 0, part.size * sizeof(float));
      continue;
    }
    const int64_t image = pixel / (s.outWidth * s.outHeight);
    const int64_t at = ((image * s.inHeight + row) * s.inWidth + column) * s.inChannels + part.first;
    std::memcpy(patches, x + at, part.size * sizeof(float));
  }
}

}  // namespace

bool fitsPatches(const ConvolutionShape& s) {
  return s.groups == 1 && s.dilationHeight == 1 && s.dilationWidth == 1 && s.strideHeight * s.strideWidth > 1 &&
         s.filterHeight * s.filterWidth > 1 && s.outWidth <= kShortRow && s.inChannels >= kLeastChannels &&
         s.outChannels % kLanes == 0;
}

void patchForward(Context& context, const ConvolutionShape& s, const float* x, const float* filter, float* y) {
  const int64_t columns = s.outChannels, panels = panelsOf(s), taps = s.filterHeight * s.filterWidth;
  const int64_t pixels = s.batch * s.outHeight * s.outWidth;
  const int64_t chunk = std::max<int64_t>(kChunkFloats / (columns + kDepth) / kBlockRows, 1) * kBlockRows;
  Parts memory;
  const int64_t packedAt = memory.reserve(taps * s.inChannels * panels * kPanel);
  const int64_t patchesAt = memory.reserve(chunk * kDepth * context.threads);
  float* scratch = context.scratch.floats(static_cast<size_t>(memory.total()));
  float* packed = scratch + packedAt;
  packParts(s, filter, packed);
  parallelRanges(
      pixels, taps * s.inChannels * columns,
      [&](int64_t begin, int64_t end) {
        float* patches = scratch + patchesAt + omp_get_thread_num() * chunk * kDepth;
        for (int64_t first = begin; first < end; first += chunk) {
          const int64_t last = std::min(first + chunk, end);
          for (int64_t index = 0; index < partsOf(s); ++index) {
            const Part part(s, index);
            copyPatches(s, part, x, first, last, patches);
            const auto product = index == 0 ? matrixProduct<false> : matrixProduct<true>;
            product(patches, part.size, 1, packed + part.at * panels * kPanel, kPanel, kPanel * part.size, last - first,
                    columns, part.size, y + first * columns, columns);
          }
        }
      },
      kBlockRows);
}

}  // namespace mix
