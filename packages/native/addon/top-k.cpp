// The largest elements of every row, with their places.
#include <algorithm>
#include <numeric>
#include <vector>

#include "args.hpp"
#include "threads.hpp"

namespace mix {

namespace {

// The larger first, the earlier first among equals; NaN counts as larger than all numbers, so that it is seen.
template <typename T>
struct ComesFirst {
  const T* values;

  bool operator()(int32_t a, int32_t b) const {
    const T left = values[a], right = values[b];
    const bool leftNan = left != left, rightNan = right != right;
    if (leftNan != rightNan) return leftNan;
    if (left == right || leftNan) return a < b;
    return left > right;
  }
};

template <typename T>
void topK(const T* x, T* values, int32_t* places, int64_t rows, int64_t width, int64_t k) {
  parallelRanges(rows, 4 * width, [&](int64_t begin, int64_t end) {
    std::vector<int32_t> order(static_cast<size_t>(width));
    for (int64_t row = begin; row < end; ++row) {
      const T* from = x + row * width;
      std::iota(order.begin(), order.end(), 0);
      std::partial_sort(order.begin(), order.begin() + k, order.end(), ComesFirst<T>{from});
      for (int64_t i = 0; i < k; ++i) {
        values[row * k + i] = from[order[i]];
        places[row * k + i] = order[i];
      }
    }
  });
}

// (x, values, places, rows, width, k, isInt)
void topKOfRows(const Args& args) {
  const int64_t rows = args.integer(3), width = args.integer(4), k = args.integer(5);
  if (k < 0 || k > width) throw std::runtime_error("k must be at most the width of a row");
  const auto size = static_cast<size_t>(rows * width), total = static_cast<size_t>(rows * k);
  int32_t* places = args.ints(2, total);
  if (args.boolean(6)) {
    topK(args.ints(0, size), args.ints(1, total), places, rows, width, k);
  } else {
    topK(args.floats(0, size), args.floats(1, total), places, rows, width, k);
  }
}

}  // namespace

void registerTopK(Exports& exports) { exports.add("topKOfRows", topKOfRows); }

}  // namespace mix
