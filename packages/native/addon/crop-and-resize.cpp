// Boxes of images, each resized to one size.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "args.hpp"
#include "threads.hpp"

namespace mix {

namespace {

struct Crops {
  int64_t batch, height, width, channels, boxes, cropHeight, cropWidth;
  bool bilinear;
  float outside;
};

// Where a line of `count` pixels looks into one of `size`, from `from` to `to` in units of its last pixel.
struct Line {
  double start, step;
  int64_t size;

  Line(double from, double to, int64_t size, int64_t count) : size(size) {
    const auto last = static_cast<double>(size - 1);
    start = count > 1 ? from * last : 0.5 * (from + to) * last;
    step = count > 1 ? (to - from) * last / static_cast<double>(count - 1) : 0;
  }
  double at(int64_t index) const {
    // Volatile, so that product and sum are rounded one by one: what lies on the border must do so as in JavaScript.
    const volatile double offset = static_cast<double>(index) * step;
    return start + offset;
  }
  bool contains(double place) const { return place >= 0 && place <= static_cast<double>(size - 1); }
};

// The value between four pixels, or the nearest of them.
void cropPixel(const float* image, const Crops& crops, double y, double x, float* target) {
  const int64_t row = crops.width * crops.channels;
  if (!crops.bilinear) {
    // Halves go up, as in JavaScript's Math.round.
    const auto nearY = static_cast<int64_t>(std::floor(y + 0.5)), nearX = static_cast<int64_t>(std::floor(x + 0.5));
    std::copy_n(image + nearY * row + nearX * crops.channels, crops.channels, target);
    return;
  }
  const auto top = static_cast<int64_t>(std::floor(y)), left = static_cast<int64_t>(std::floor(x));
  const auto yShare = static_cast<float>(y - static_cast<double>(top));
  const auto xShare = static_cast<float>(x - static_cast<double>(left));
  const float* above = image + top * row + left * crops.channels;
  const float* below = yShare > 0 ? above + row : above;
  const int64_t right = xShare > 0 ? crops.channels : 0;
  for (int64_t c = 0; c < crops.channels; ++c) {
    const float upper = above[c] + (above[right + c] - above[c]) * xShare;
    const float lower = below[c] + (below[right + c] - below[c]) * xShare;
    target[c] = upper + (lower - upper) * yShare;
  }
}

// (images, boxes, boxImages, y, shape, bilinear, outside)
void cropAndResize(const Args& args) {
  const auto n = args.integers(4);
  if (n.size() != 7) throw std::runtime_error("crops take seven sizes");
  const Crops crops{n[0], n[1], n[2], n[3], n[4], n[5], n[6], args.boolean(5), static_cast<float>(args.number(6))};
  const int64_t row = crops.cropWidth * crops.channels;
  const float* images = args.floats(0, static_cast<size_t>(crops.batch * crops.height * crops.width * crops.channels));
  const float* boxes = args.floats(1, static_cast<size_t>(4 * crops.boxes));
  const int32_t* boxImages = args.ints(2, static_cast<size_t>(crops.boxes));
  float* y = args.floats(3, static_cast<size_t>(crops.boxes * crops.cropHeight * row));
  parallelRanges(crops.boxes * crops.cropHeight, 4 * row, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t box = at / crops.cropHeight, which = boxImages[box];
      float* target = y + at * row;
      if (which < 0 || which >= crops.batch) {
        std::fill(target, target + row, 0.0f);
        continue;
      }
      const float* corners = boxes + 4 * box;
      const Line down(corners[0], corners[2], crops.height, crops.cropHeight);
      const Line across(corners[1], corners[3], crops.width, crops.cropWidth);
      const float* image = images + which * crops.height * crops.width * crops.channels;
      const double place = down.at(at % crops.cropHeight);
      for (int64_t i = 0; i < crops.cropWidth; ++i, target += crops.channels) {
        const double column = across.at(i);
        if (down.contains(place) && across.contains(column)) {
          cropPixel(image, crops, place, column, target);
        } else {
          std::fill(target, target + crops.channels, crops.outside);
        }
      }
    }
  });
}

}  // namespace

void registerCropAndResize(Exports& exports) { exports.add("cropAndResize", cropAndResize); }

}  // namespace mix
