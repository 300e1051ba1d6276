// Maximum and average pooling and their gradients, several channels of a pixel at a time. Gradients are collected by input pixel,
// so that threads never write to the same one.
#include "pooling.hpp"

#include <cmath>

#include "args.hpp"
#include "threads.hpp"
#include "vectors.hpp"

namespace mix {

namespace {

// Calls body(start, lanes) for blocks of `lanes`, a type of one or kLanes floats, that cover the channels.
template <typename Body>
void forChannels(int64_t channels, const Body& body) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) body(c, Vector{});
  for (; c < channels; ++c) body(c, 0.0f);
}

inline void read(const float* from, Vector& value) { value = load(from); }
inline void read(const float* from, float& value) { value = *from; }
inline void write(float* to, const Vector& value) { store(to, value); }
inline void write(float* to, float value) { *to = value; }

// A window's part inside the image: its first pixel, and how many rows and columns.
struct Window {
  const float* first;
  int64_t height, width;
};

Window windowOf(const float* image, const PoolShape& s, int64_t row, int64_t column) {
  const int64_t top = s.rows.begin(row), left = s.columns.begin(column);
  return {image + top * s.inRow() + left * s.channels, s.rows.end(row) - top, s.columns.end(column) - left};
}

// Calls body(image, output row, y row) for every row of outputs.
template <typename Body>
void forOutputRows(const PoolShape& s, const float* x, float* y, const Body& body) {
  const int64_t cost = s.outRow() * s.rows.window * s.columns.window;
  parallelRanges(s.batch * s.rows.outputs, cost, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      body(x + at / s.rows.outputs * s.rows.size * s.inRow(), at % s.rows.outputs, y + at * s.outRow());
    }
  });
}

// As tfjs, NaN is no maximum; the maximum of nothing is minus infinity.
// (x, y, shape)
void maxPool(const Args& args) {
  const PoolShape s(args.integers(2));
  const float* x = args.floats(0, s.inSize());
  forOutputRows(s, x, args.floats(1, s.outSize()), [&](const float* image, int64_t row, float* y) {
    for (int64_t column = 0; column < s.columns.outputs; ++column, y += s.channels) {
      const Window window = windowOf(image, s, row, column);
      forChannels(s.channels, [&](int64_t c, auto most) {
        most = most - INFINITY;
        const float* line = window.first + c;
        for (int64_t i = 0; i < window.height; ++i, line += s.inRow()) {
          for (int64_t j = 0; j < window.width; ++j) {
            decltype(most) value;
            read(line + j * s.channels, value);
            most = value > most ? value : most;
          }
        }
        write(y + c, most);
      });
    }
  });
}

// (x, y, shape)
void averagePool(const Args& args) {
  const PoolShape s(args.integers(2));
  const float* x = args.floats(0, s.inSize());
  forOutputRows(s, x, args.floats(1, s.outSize()), [&](const float* image, int64_t row, float* y) {
    for (int64_t column = 0; column < s.columns.outputs; ++column, y += s.channels) {
      const Window window = windowOf(image, s, row, column);
      const auto count = static_cast<float>(window.height * window.width);
      forChannels(s.channels, [&](int64_t c, auto sum) {
        const float* line = window.first + c;
        for (int64_t i = 0; i < window.height; ++i, line += s.inRow()) {
          for (int64_t j = 0; j < window.width; ++j) {
            decltype(sum) value;
            read(line + j * s.channels, value);
            sum += value;
          }
        }
        write(y + c, sum / count);
      });
    }
  });
}

// As on tfjs' other backends this divides by the whole window: the gradient of averagePool makes up for padding beforehand.
// (dy, dx, shape)
void averagePoolGradient(const Args& args) {
  const PoolShape s(args.integers(2));
  const float* dy = args.floats(0, s.outSize());
  float* dx = args.floats(1, s.inSize());
  const float share = 1.0f / static_cast<float>(s.rows.window * s.columns.window);
  parallelRanges(s.batch * s.rows.size, s.inRow() * 4, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t row = at % s.rows.size;
      const float* image = dy + at / s.rows.size * s.rows.outputs * s.outRow();
      const int64_t top = s.rows.firstOutput(row), bottom = s.rows.lastOutput(row);
      for (int64_t column = 0; column < s.columns.size; ++column) {
        const int64_t left = s.columns.firstOutput(column), right = s.columns.lastOutput(column);
        float* target = dx + at * s.inRow() + column * s.channels;
        forChannels(s.channels, [&](int64_t c, auto sum) {
          for (int64_t i = top; i < bottom; ++i) {
            for (int64_t j = left; j < right; ++j) {
              decltype(sum) value;
              read(image + i * s.outRow() + j * s.channels + c, value);
              sum += value;
            }
          }
          write(target + c, sum * share);
        });
      }
    }
  });
}

// The gradient of a window goes to the first of its pixels that equals the maximum, if any does.
// (dy, x, y, dx, shape)
void maxPoolGradient(const Args& args) {
  const PoolShape s(args.integers(4));
  const float* dy = args.floats(0, s.outSize());
  const float* x = args.floats(1, s.inSize());
  const float* y = args.floats(2, s.outSize());
  float* dx = args.floats(3, s.inSize());
  parallelRanges(s.batch * s.rows.size, s.inRow() * 4, [&](int64_t begin, int64_t end) {
    std::fill(dx + begin * s.inRow(), dx + end * s.inRow(), 0.0f);
    for (int64_t image = begin / s.rows.size; image * s.rows.size < end; ++image) {
      // The rows of this image that are ours, and the outputs that look at them.
      const int64_t first = std::max<int64_t>(0, begin - image * s.rows.size);
      const int64_t last = std::min(s.rows.size, end - image * s.rows.size);
      for (int64_t row = s.rows.firstOutput(first); row < s.rows.lastOutput(last - 1); ++row) {
        for (int64_t column = 0; column < s.columns.outputs; ++column) {
          const int64_t from = (image * s.rows.outputs + row) * s.outRow() + column * s.channels;
          const int64_t top = s.rows.begin(row), left = s.columns.begin(column);
          forChannels(s.channels, [&](int64_t c, auto most) {
            const auto zero = most;
            auto outer = most;
            read(y + from + c, most);
            read(dy + from + c, outer);
            auto open = most > zero - INFINITY;
            for (int64_t i = top; i < s.rows.end(row); ++i) {
              const int64_t line = (image * s.rows.size + i) * s.inRow() + left * s.channels + c;
              const bool ours = i >= first && i < last;
              for (int64_t j = 0; j < s.columns.end(column) - left; ++j) {
                decltype(most) value, sum;
                read(x + line + j * s.channels, value);
                const decltype(open) taken = open & (value == most);
                open = open ^ taken;
                if (!ours) continue;
                read(dx + line + j * s.channels, sum);
                write(dx + line + j * s.channels, sum + (taken ? outer : zero));
              }
            }
          });
        }
      }
    }
  });
}

}  // namespace

void registerPooling(Exports& exports) {
  exports.add("maxPool", maxPool);
  exports.add("maxPoolGradient", maxPoolGradient);
  exports.add("averagePool", averagePool);
  exports.add("averagePoolGradient", averagePoolGradient);
}

}  // namespace mix
