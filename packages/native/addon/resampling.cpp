// Images resampled along their rows and columns by sparse weights: bilinear resizing, and the gradients of it and of the nearest one.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "args.hpp"
#include "threads.hpp"

namespace mix {

namespace {

// For every output the inputs it reads, from starts[i] to starts[i + 1].
struct Taps {
  const int32_t* starts;
  const int32_t* sources;
  const float* weights;

  Taps(const Args& args, size_t index, int64_t outputs, int64_t inputs) {
    starts = args.ints(index, static_cast<size_t>(outputs + 1));
    const auto count = static_cast<size_t>(starts[outputs]);
    sources = args.ints(index + 1, count);
    weights = args.floats(index + 2, count);
    bool fits = starts[0] == 0;
    for (int64_t i = 0; i < outputs; ++i) fits = fits && starts[i] <= starts[i + 1];
    for (size_t i = 0; i < count; ++i) fits = fits && sources[i] >= 0 && sources[i] < inputs;
    if (!fits) throw std::runtime_error("what is resampled must lie in the image");
  }
};

struct Shape {
  int64_t batch, inHeight, inWidth, channels, outHeight, outWidth;
};

// The weighted sum of some rows; `sum` is where it goes, unless it is one of the rows itself.
const float* blendRows(const float* image, int64_t width, const Taps& taps, int64_t output, float* __restrict sum) {
  const int64_t begin = taps.starts[output], end = taps.starts[output + 1];
  const auto row = [&](int64_t i) { return image + taps.sources[i] * width; };
  if (end - begin == 1 && taps.weights[begin] == 1.0f) return row(begin);
  if (begin == end) {
    std::fill(sum, sum + width, 0.0f);
    return sum;
  }
  int64_t i = begin + 1;
  const float* first = row(begin);
  const float firstWeight = taps.weights[begin];
  if (i == end) {
    for (int64_t c = 0; c < width; ++c) sum[c] = firstWeight * first[c];
  } else {
    const float* second = row(i);
    const float secondWeight = taps.weights[i];
    for (int64_t c = 0; c < width; ++c) sum[c] = firstWeight * first[c] + secondWeight * second[c];
    ++i;
  }
  for (; i < end; ++i) {
    const float* next = row(i);
    const float weight = taps.weights[i];
    for (int64_t c = 0; c < width; ++c) sum[c] += weight * next[c];
  }
  return sum;
}

// The weighted sums of some pixels of a row, for few channels that are known when this is compiled.
template <int kChannels>
void blendPixels(const float* __restrict row, const Taps& taps, int64_t outputs, float* __restrict y) {
  for (int64_t output = 0; output < outputs; ++output) {
    float sum[kChannels] = {};
    for (int64_t i = taps.starts[output]; i < taps.starts[output + 1]; ++i) {
      const float* pixel = row + taps.sources[i] * kChannels;
      for (int c = 0; c < kChannels; ++c) sum[c] += taps.weights[i] * pixel[c];
    }
    for (int c = 0; c < kChannels; ++c) y[output * kChannels + c] = sum[c];
  }
}

// The same for any number of channels.
void blendPixels(const float* row, int64_t channels, const Taps& taps, int64_t outputs, float* y) {
  if (channels == 1) return blendPixels<1>(row, taps, outputs, y);
  if (channels == 3) return blendPixels<3>(row, taps, outputs, y);
  for (int64_t output = 0; output < outputs; ++output) {
    float* pixel = y + output * channels;
    const float* sum = blendRows(row, channels, taps, output, pixel);
    if (sum != pixel) std::copy_n(sum, channels, pixel);
  }
}

// (x, y, rowStarts, rowSources, rowWeights, columnStarts, columnSources, columnWeights, shape)
void resample(const Args& args) {
  const auto n = args.integers(8);
  if (n.size() != 6) throw std::runtime_error("resampling takes six sizes");
  const Shape s{n[0], n[1], n[2], n[3], n[4], n[5]};
  const float* x = args.floats(0, static_cast<size_t>(s.batch * s.inHeight * s.inWidth * s.channels));
  float* y = args.floats(1, static_cast<size_t>(s.batch * s.outHeight * s.outWidth * s.channels));
  const Taps rows(args, 2, s.outHeight, s.inHeight), columns(args, 5, s.outWidth, s.inWidth);
  const int64_t inRow = s.inWidth * s.channels, outRow = s.outWidth * s.channels;
  parallelRanges(s.batch * s.outHeight, inRow + outRow, [&](int64_t begin, int64_t end) {
    std::vector<float> sum(static_cast<size_t>(inRow));
    for (int64_t at = begin; at < end; ++at) {
      const float* image = x + at / s.outHeight * s.inHeight * inRow;
      const float* row = blendRows(image, inRow, rows, at % s.outHeight, sum.data());
      blendPixels(row, s.channels, columns, s.outWidth, y + at * outRow);
    }
  });
}

}  // namespace

void registerResampling(Exports& exports) { exports.add("resample", resample); }

}  // namespace mix
