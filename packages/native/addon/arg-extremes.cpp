// Where along an axis the largest or smallest element is: the first of equals. NaN compares with nothing, so that one at the start is
// the answer and one further on is passed over, as in tfjs' CPU backend.
#include <string>
#include <unordered_map>

#include "args.hpp"
#include "element-type.hpp"
#include "reduce.hpp"

namespace mix {

namespace {

template <typename T, bool kLargest>
bool beats(T a, T b) {
  return kLargest ? a > b : a < b;
}

template <typename T, bool kLargest>
T extremeOf(const T* x, int64_t size) {
  constexpr int kLanes = 16;
  T best[kLanes];
  std::fill(best, best + kLanes, x[0]);
  for (int64_t left = size / kLanes; left > 0; --left, x += kLanes) {
#pragma omp simd
    for (int lane = 0; lane < kLanes; ++lane) best[lane] = beats<T, kLargest>(x[lane], best[lane]) ? x[lane] : best[lane];
  }
  for (int lane = 0; lane < size % kLanes; ++lane) {
    best[lane] = beats<T, kLargest>(x[lane], best[lane]) ? x[lane] : best[lane];
  }
  for (int lane = 1; lane < kLanes; ++lane) best[0] = beats<T, kLargest>(best[lane], best[0]) ? best[lane] : best[0];
  return best[0];
}

template <typename T, bool kLargest>
int32_t positionOf(const T* x, int64_t size) {
  const T best = extremeOf<T, kLargest>(x, size);
  // Not found where the first element is NaN.
  const T* found = std::find(x, x + size, best);
  return found == x + size ? 0 : static_cast<int32_t>(found - x);
}

template <typename T, bool kLargest>
void positionsOfColumns(const T* x, int32_t* y, int64_t size, int64_t stride, int64_t width) {
  T best[kTile];
  std::copy(x, x + width, best);
  std::fill(y, y + width, 0);
  for (int32_t row = 1; row < size; ++row) {
    const T* values = x + row * stride;
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) {
      const bool better = beats<T, kLargest>(values[i], best[i]);
      best[i] = better ? values[i] : best[i];
      y[i] = better ? row : y[i];
    }
  }
}

// As many rows side by side as a vector holds.
template <typename T, bool kLargest>
void positionsOfShortRows(const T* x, int32_t* y, int64_t rows, int32_t size) {
  constexpr int kLanes = 16;
  for (; rows >= kLanes; rows -= kLanes, x += kLanes * size, y += kLanes) {
    T best[kLanes];
    int32_t places[kLanes] = {};
    for (int lane = 0; lane < kLanes; ++lane) best[lane] = x[lane * size];
    for (int32_t i = 1; i < size; ++i) {
#pragma omp simd
      for (int lane = 0; lane < kLanes; ++lane) {
        const T value = x[lane * size + i];
        const bool better = beats<T, kLargest>(value, best[lane]);
        best[lane] = better ? value : best[lane];
        places[lane] = better ? i : places[lane];
      }
    }
    std::copy(places, places + kLanes, y);
  }
  for (int64_t row = 0; row < rows; ++row) y[row] = positionOf<T, kLargest>(x + row * size, size);
}

template <typename T, bool kLargest>
void positions(const void* values, int32_t* y, const Extents& e) {
  const auto* x = static_cast<const T*>(values);
  if (e.inner == 1) {
    parallelRanges(e.outer, e.size * 2, [&](int64_t begin, int64_t end) {
      const T* first = x + begin * e.size;
      if (e.size < kShortRun) {
        return positionsOfShortRows<T, kLargest>(first, y + begin, end - begin, static_cast<int32_t>(e.size));
      }
      for (int64_t row = begin; row < end; ++row) y[row] = positionOf<T, kLargest>(x + row * e.size, e.size);
    });
    return;
  }
  const int64_t tiles = (e.inner + kTile - 1) / kTile;
  parallelRanges(e.outer * tiles, e.size * std::min(e.inner, kTile), [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t slice = task / tiles;
      const int64_t column = task % tiles * kTile;
      positionsOfColumns<T, kLargest>(x + slice * e.size * e.inner + column, y + slice * e.inner + column, e.size,
                                      e.inner, std::min(kTile, e.inner - column));
    }
  });
}

struct Operation {
  void (*run)(const void* x, int32_t* y, const Extents& extents);
  ElementType type;
};

const std::unordered_map<std::string, Operation>& operations() {
  static const std::unordered_map<std::string, Operation> table{
      {"argMax.float32", {positions<float, true>, ElementType::kFloat}},
      {"argMax.int32", {positions<int32_t, true>, ElementType::kInt}},
      {"argMin.float32", {positions<float, false>, ElementType::kFloat}},
      {"argMin.int32", {positions<int32_t, false>, ElementType::kInt}},
  };
  return table;
}

// (operation, x, y, outer, size, inner)
void argExtreme(const Args& args) {
  const auto found = operations().find(args.text(0));
  if (found == operations().end()) throw std::runtime_error("no operation " + args.text(0));
  const Extents e = readExtents(args, 3);
  const char* x = elements(args, 1, e.outer * e.size * e.inner, found->second.type);
  found->second.run(x, args.ints(2, static_cast<size_t>(e.outer * e.inner)), e);
}

}  // namespace

void registerArgExtremes(Exports& exports) { exports.add("argExtreme", argExtreme); }

}  // namespace mix
