#include "few-channels.hpp"

#include <algorithm>

#include "context.hpp"
#include "threads.hpp"
#include "vectors.hpp"

namespace mix {

namespace {

constexpr int64_t kMostChannels = 4;
// Pixels whose sums are in registers together.
constexpr int kPixels = kBlockRows >= 14 ? 4 : 2;

float sumOf(Vector vector) {
  float parts[kLanes];
  store(parts, vector);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) parts[i] += parts[i + half];
  }
  return parts[0];
}

// A row of dx: for every pixel and channel, the products of dy and filter over output channels and the taps that reach the pixel.
template <int kChannels>
class Row {
 public:
  Row(const ConvolutionShape& s, const float* dy, const float* filter, const float* zeros, int64_t row)
      : s_(s), dy_(dy), filter_(filter), zeros_(zeros), row_(row) {}

  void write(float* dx) const {
    for (int64_t phase = 0; phase < s_.strideWidth; ++phase) {
      for (int64_t x = phase; x < s_.inWidth; x += kPixels * s_.strideWidth) writePixels(x, dx);
    }
  }

 private:
  // The pixels x, x + stride, ...: the same taps reach them, from neighbouring pixels of dy.
  void writePixels(int64_t x, float* dx) const {
    Vector sums[kPixels][kChannels] = {};
    for (int64_t down = 0; down < s_.filterHeight; ++down) {
      const int64_t y = row_ + s_.padTop - down;
      if (y < 0 || y % s_.strideHeight != 0 || y / s_.strideHeight >= s_.outHeight) continue;
      for (int64_t across = 0; across < s_.filterWidth; ++across) {
        const int64_t first = x + s_.padLeft - across;
        if (first % s_.strideWidth == 0) addTap(y / s_.strideHeight, first / s_.strideWidth, down, across, sums);
      }
    }
    for (int i = 0; i < kPixels; ++i, x += s_.strideWidth) {
      if (x >= s_.inWidth) return;
      for (int c = 0; c < kChannels; ++c) dx[x * kChannels + c] = sumOf(sums[i][c]);
    }
  }

  void addTap(int64_t y, int64_t first, int64_t down, int64_t across, Vector (&sums)[kPixels][kChannels]) const {
    const float* from[kPixels];
    for (int i = 0; i < kPixels; ++i) {
      const int64_t x = first + i;
      from[i] = x < 0 || x >= s_.outWidth ? zeros_ : dy_ + (y * s_.outWidth + x) * s_.outChannels;
    }
    const float* weights = filter_ + (down * s_.filterWidth + across) * kChannels * s_.outChannels;
    for (int64_t o = 0; o < s_.outChannels; o += kLanes) {
      Vector values[kPixels];
      for (int i = 0; i < kPixels; ++i) values[i] = load(from[i] + o);
      for (int c = 0; c < kChannels; ++c) {
        const Vector weight = load(weights + c * s_.outChannels + o);
        for (int i = 0; i < kPixels; ++i) sums[i][c] += values[i] * weight;
      }
    }
  }

  const ConvolutionShape& s_;
  const float *dy_, *filter_, *zeros_;
  int64_t row_;
};

template <int kChannels>
void gradient(const ConvolutionShape& s, const float* dy, const float* filter, const float* zeros, float* dx) {
  const int64_t cost = s.inWidth * kChannels * s.filterHeight * s.filterWidth * s.outChannels / kLanes;
  parallelRanges(s.batch * s.inHeight, cost, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* image = dy + row / s.inHeight * s.outHeight * s.outWidth * s.outChannels;
      Row<kChannels>(s, image, filter, zeros, row % s.inHeight).write(dx + row * s.inWidth * kChannels);
    }
  });
}

}  // namespace

bool hasFewChannels(const ConvolutionShape& s) {
  // Large strides, as of patches, are products of matrices.
  return s.inChannels <= kMostChannels && s.outChannels % kLanes == 0 && s.groups == 1 && s.strideHeight <= 2 &&
         s.strideWidth <= 2 && s.dilationHeight == 1 && s.dilationWidth == 1;
}

void fewChannelsInputGradient(Context& context, const ConvolutionShape& s, const float* dy, const float* filter,
                              float* dx) {
  float* zeros = context.scratch.floats(s.outChannels);
  std::fill_n(zeros, s.outChannels, 0.0f);
  if (s.inChannels == 1) return gradient<1>(s, dy, filter, zeros, dx);
  if (s.inChannels == 2) return gradient<2>(s, dy, filter, zeros, dx);
  if (s.inChannels == 3) return gradient<3>(s, dy, filter, zeros, dx);
  gradient<4>(s, dy, filter, zeros, dx);
}

}  // namespace mix
