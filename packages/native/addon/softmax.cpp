// Softmax along rows that lie beside each other in memory.
#include "args.hpp"
#include "softmax-rows.hpp"
#include "threads.hpp"

namespace mix {

namespace {

// The time for an exponential in that of a copy.
constexpr int64_t kExponential = 4;

// (x, y, rows, columns, scale)
void softmax(const Args& args) {
  const int64_t rows = args.integer(2), columns = args.integer(3);
  const float* x = args.floats(0, rows * columns);
  float* y = args.floats(1, rows * columns);
  const auto scale = static_cast<float>(args.number(4));
  parallelRanges(rows, columns * kExponential, [=](int64_t begin, int64_t end) {
    softmaxRows(x + begin * columns, y + begin * columns, end - begin, columns, columns, scale);
  });
}

// (dy, y, dx, rows, columns, scale)
void softmaxGradient(const Args& args) {
  const int64_t rows = args.integer(3), columns = args.integer(4);
  const float* dy = args.floats(0, rows * columns);
  const float* y = args.floats(1, rows * columns);
  float* dx = args.floats(2, rows * columns);
  const auto scale = static_cast<float>(args.number(5));
  parallelRanges(rows, columns, [=](int64_t begin, int64_t end) {
    for (int64_t at = begin * columns; at < end * columns; at += columns) {
      softmaxRowGradient(dy + at, y + at, dx + at, columns, scale);
    }
  });
}

// (x, y, rows, columns)
void logSoftmax(const Args& args) {
  const int64_t rows = args.integer(2), columns = args.integer(3);
  const float* x = args.floats(0, rows * columns);
  float* y = args.floats(1, rows * columns);
  parallelRanges(rows, columns * kExponential, [=](int64_t begin, int64_t end) {
    for (int64_t at = begin * columns; at < end * columns; at += columns) logSoftmaxRow(x + at, y + at, columns);
  });
}

}  // namespace

void registerSoftmax(Exports& exports) {
  exports.add("softmax", softmax);
  exports.add("softmaxGradient", softmaxGradient);
  exports.add("logSoftmax", logSoftmax);
}

}  // namespace mix
