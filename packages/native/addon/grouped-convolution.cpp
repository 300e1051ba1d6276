// Convolutions in groups and their input gradients: a vector of output channels over rows of pixels, for every input channel that the
// groups in the vector have.
#include "channel-groups.hpp"
#include "context.hpp"
#include "depthwise-rows.hpp"
#include "threads.hpp"

namespace mix {

namespace {

constexpr int kTile = kLanes == 16 ? 8 : 4;
constexpr int kTaps = 3;

// How a filter [3, 3, size, channels] is read: as it is, or with inputs for outputs, and then turned by 180 degrees or not.
enum class Reading { plain, transposed, turned };

// For every vector of outputs [3 rows, size, 3 columns, kLanes].
void packFilter(const float* filter, int64_t size, int64_t channels, Reading reading, float* packed) {
  const int64_t length = kTaps * size * kTaps * kLanes;
  parallelRanges(channels / kLanes, length, [&](int64_t begin, int64_t end) {
    for (int64_t v = begin; v < end; ++v) {
      float* to = packed + v * length;
      for (int64_t item = 0; item < kTaps * size * kTaps; ++item) {
        const int64_t column = item % kTaps, i = item / kTaps % size, row = item / kTaps / size;
        const int64_t tap = reading == Reading::turned ? (2 - row) * kTaps + 2 - column : row * kTaps + column;
        for (int64_t lane = 0; lane < kLanes; ++lane, ++to) {
          const int64_t out = v * kLanes + lane, within = out % size;
          *to = reading == Reading::plain ? filter[(tap * size + i) * channels + out]
                                          : filter[(tap * size + within) * channels + out - within + i];
        }
      }
    }
  });
}

// A row of the filter for one vector of outputs, and the row of pixels that it looks at, if any.
struct Look {
  const float* pixels;
  const float* weights;  // [size, 3, kLanes]
  int64_t size;          // of a group
  Lanes lanes;           // the first of every lane's group
};

// Adds what a row of the filter sees to a tile of outputs.
template <int kStride>
struct Forward {
  static constexpr int kPixels = kTile;  // of a tile
  static constexpr int kRows = 1;        // that come from a row of the source

  // The filter's row that the part-th row made from a row of the source sees `next` rows further on; -1 for none.
  static int64_t filterRow(int64_t, int64_t next) { return next; }

  static void add(const Look& look, Vector* sums) {
    Vector total[kTile];
    for (int t = 0; t < kTile; ++t) total[t] = sums[t];
    for (int64_t i = 0; i < look.size; ++i) {
      const float* weights = look.weights + i * kTaps * kLanes;
      const Vector tap[kTaps] = {load(weights), load(weights + kLanes), load(weights + 2 * kLanes)};
      const Lanes lanes = look.lanes + static_cast<int32_t>(i);
#pragma GCC unroll 32
      for (int place = 0; place < (kTile - 1) * kStride + kTaps; ++place) {
        const Vector pixel = pick(load(look.pixels + place * kLanes), lanes);
#pragma GCC unroll 3
        for (int k = 0; k < kTaps; ++k) {
          const int t = (place - k) / kStride;
          if (place >= k && (place - k) % kStride == 0 && t < kTile) total[t] += pixel * tap[k];
        }
      }
    }
    for (int t = 0; t < kTile; ++t) sums[t] = total[t];
  }
};

// The input gradient at stride 2 with padding 1: every row of dy and the next one give two rows of dx, and every pixel and the next
// one two pixels. Of the filter, even rows (and pixels) see the middle and odd ones both sides.
struct Spread {
  static constexpr int kPixels = 2 * kTile;
  static constexpr int kRows = 2;

  static int64_t filterRow(int64_t part, int64_t next) {
    if (part == 0) return next == 0 ? 1 : -1;
    return next == 0 ? 2 : 0;
  }

  static void add(const Look& look, Vector* sums) {
    Vector even[kTile], odd[kTile];
    for (int t = 0; t < kTile; ++t) even[t] = sums[2 * t], odd[t] = sums[2 * t + 1];
    for (int64_t i = 0; i < look.size; ++i) {
      const float* weights = look.weights + i * kTaps * kLanes;
      const Vector tap[kTaps] = {load(weights), load(weights + kLanes), load(weights + 2 * kLanes)};
      const Lanes lanes = look.lanes + static_cast<int32_t>(i);
#pragma GCC unroll 16
      for (int t = 0; t <= kTile; ++t) {
        const Vector pixel = pick(load(look.pixels + t * kLanes), lanes);
        if (t < kTile) even[t] += pixel * tap[1];
        if (t < kTile) odd[t] += pixel * tap[2];
        if (t > 0) odd[t - 1] += pixel * tap[0];
      }
    }
    for (int t = 0; t < kTile; ++t) sums[2 * t] = even[t], sums[2 * t + 1] = odd[t];
  }
};

struct Job {
  ConvolutionShape shape;  // as rows of the source are read
  int64_t size;            // of a group
  const float* packed;
  int64_t height, width;   // of y
  Lanes lanes = firstOfGroups(size);
};

// One tile of one vector of outputs: the sums over all rows of the filter. `at` is the vector's place among all, `part` the row of those
// that come from one of the source.
template <typename Kind>
void sumTile(const Job& job, const float* const* rows, int64_t offset, int64_t at, int64_t part, Vector* sums) {
  for (int t = 0; t < Kind::kPixels; ++t) sums[t] = Vector{};
  for (int64_t next = 0; next < job.shape.filterHeight; ++next) {
    const int64_t row = Kind::filterRow(part, next);
    if (row < 0 || rows[next] == nullptr) continue;
    const float* weights = job.packed + (at * kTaps + row) * job.size * kTaps * kLanes;
    Kind::add({rows[next] + offset, weights, job.size, job.lanes}, sums);
  }
}

template <typename Kind>
void run(const Job& job, const float* x, float* y) {
  const ConvolutionShape& s = job.shape;
  const RowLayout layout(s, kTile);
  const int64_t channels = s.inChannels, lanes = layout.vectors * kLanes, blocks = (channels + lanes - 1) / lanes;
  const int64_t cost = s.outWidth * kTaps * kTaps * job.size * lanes / 4;
  parallelRanges(blocks * s.batch * s.outHeight, cost, [&](int64_t begin, int64_t end) {
    DepthwiseRows source(layout, s);
    for (int64_t item = begin; item < end; ++item) {
      const int64_t row = item % s.outHeight, image = item / s.outHeight % s.batch, block = item / s.outHeight / s.batch;
      const int64_t channel = block * lanes, count = std::min(lanes, channels - channel);
      if (item == begin || row == 0) source.restart(x + image * s.inHeight * s.inWidth * channels + channel, count);
      const float* const* rows = source.of(row);
      const int64_t top = row * Kind::kRows, parts = std::min<int64_t>(Kind::kRows, job.height - top);
      for (int64_t part = 0; part < parts; ++part) {
        float* to = y + ((image * job.height + top + part) * job.width) * channels + channel;
        for (int64_t first = 0; first < job.width; first += Kind::kPixels) {
          const int64_t offset = first / Kind::kPixels * kTile * s.strideWidth * kLanes;
          const int64_t valid = std::min<int64_t>(Kind::kPixels, job.width - first);
          for (int64_t v = 0; v * kLanes < count; ++v) {
            Vector sums[Kind::kPixels];
            sumTile<Kind>(job, rows, v * layout.length + offset, channel / kLanes + v, part, sums);
            for (int64_t t = 0; t < valid; ++t) store(to + (first + t) * channels + v * kLanes, sums[t]);
          }
        }
      }
    }
  });
}

}  // namespace

bool fitsGroups(const ConvolutionShape& s) {
  const int64_t size = s.inChannels / s.groups;
  const bool plain = s.filterHeight == 3 && s.filterWidth == 3 && s.dilationHeight == 1 && s.dilationWidth == 1;
  const bool even = s.inChannels == s.outChannels && s.inChannels % kLanes == 0 && kLanes % size == 0;
  if (!plain || !even || size < 4 || size >= kLanes || s.strideHeight != s.strideWidth) return false;
  if (s.strideHeight == 1) return s.padTop >= 0 && s.padTop <= 2 && s.padLeft >= 0 && s.padLeft <= 2;
  return s.strideHeight == 2 && s.padTop == 1 && s.padLeft == 1 && s.outHeight == (s.inHeight + 1) / 2 &&
         s.outWidth == (s.inWidth + 1) / 2;
}

void groupedForward(Context& context, const ConvolutionShape& s, const float* x, const float* filter, float* y) {
  const int64_t size = s.inChannels / s.groups;
  float* packed = context.scratch.floats(s.filterSize());
  packFilter(filter, size, s.inChannels, Reading::plain, packed);
  const Job job{s, size, packed, s.outHeight, s.outWidth};
  s.strideWidth == 1 ? run<Forward<1>>(job, x, y) : run<Forward<2>>(job, x, y);
}

void groupedInputGradient(Context& context, const ConvolutionShape& s, const float* dy, const float* filter,
                          float* dx) {
  const int64_t size = s.inChannels / s.groups;
  const bool spread = s.strideWidth == 2;
  float* packed = context.scratch.floats(s.filterSize());
  packFilter(filter, size, s.inChannels, spread ? Reading::transposed : Reading::turned, packed);
  ConvolutionShape back = s;
  back.inHeight = s.outHeight, back.inWidth = s.outWidth;
  if (spread) {
    back.strideHeight = back.strideWidth = 1, back.filterHeight = back.filterWidth = 2, back.padTop = back.padLeft = 0;
    return run<Spread>({back, size, packed, s.inHeight, s.inWidth}, dy, dx);
  }
  back.outHeight = s.inHeight, back.outWidth = s.inWidth;
  back.padTop = 2 - s.padTop, back.padLeft = 2 - s.padLeft;
  run<Forward<1>>({back, size, packed, s.inHeight, s.inWidth}, dy, dx);
}

}  // namespace mix
