// The gradient of a blend by its masks: sums over the elements of a pixel.
#include "blend.hpp"

namespace mix {

namespace {

// dy * x, or dy * (x - other) where there is one
inline float product(const float* dy, const float* x, const float* other, int64_t i) {
  return dy[i] * (other == nullptr ? x[i] : x[i] - other[i]);
}

// out[p * stride] = the sum of products over pixel p. A depth or stride of 0 stands for any other.
template <int kDepth, int kStride>
void dotPixels(const float* __restrict dy, const float* __restrict x, const float* __restrict other,
               float* __restrict out, int64_t stride, int64_t depth, int64_t count) {
  const int64_t step = kStride > 0 ? kStride : stride;
  for (int64_t p = 0; p < count; ++p) {
    float sum = 0;
    if constexpr (kDepth > 0) {
      for (int64_t c = 0; c < kDepth; ++c) sum += product(dy, x, other, p * kDepth + c);
    } else {
#pragma omp simd reduction(+ : sum)
      for (int64_t c = 0; c < depth; ++c) sum += product(dy, x, other, p * depth + c);
    }
    out[p * step] = sum;
  }
}

using DotPixels = void (*)(const float*, const float*, const float*, float*, int64_t, int64_t, int64_t);

template <int kDepth>
DotPixels dotPixelsFor(int64_t stride) {
  return stride == 1 ? dotPixels<kDepth, 1> : stride == 2 ? dotPixels<kDepth, 2> : dotPixels<kDepth, 0>;
}

}  // namespace

// (dy, images, sources, dMasks, shape): the masks' gradient row by row, also where the rows share their masks
void blendMasksGradient(const Args& args) {
  const BlendShape s(args.integers(4));
  if (!s.masked()) throw std::runtime_error("a number a row has no gradient");
  const float* dy = args.floats(0, s.rows * s.size());
  const float* images = args.floats(1, s.from * s.size());
  const int32_t* sources = checkedSources(args, 2, s);
  float* dMasks = args.floats(3, s.rows * s.pixels * s.channels);
  const DotPixels dot = s.depth == 1   ? dotPixelsFor<1>(s.channels)
                        : s.depth == 3 ? dotPixelsFor<3>(s.channels)
                        : s.depth == 4 ? dotPixelsFor<4>(s.channels)
                                       : dotPixelsFor<0>(s.channels);
  overPixels(s.rows, s.pixels, s.depth * s.channels, [&](int64_t row, int64_t begin, int64_t end) {
    const auto source = [&](int64_t k) { return images + sources[row * s.count + k] * s.size() + begin * s.depth; };
    const float* from = dy + row * s.size() + begin * s.depth;
    float* into = dMasks + (row * s.pixels + begin) * s.channels;
    for (int64_t k = 0; k < s.channels; ++k) {
      const float* other = s.channels != s.count ? source(1) : nullptr;
      dot(from, source(k), other, into + k, s.channels, s.depth, end - begin);
    }
  });
}

}  // namespace mix
