// Running sums and products along an axis.
#include <string>
#include <unordered_map>

#include "args.hpp"
#include "element-type.hpp"
#include "reduce.hpp"

namespace mix {

namespace {

struct Direction {
  bool exclusive, reverse;
};

// In double, so that the error does not grow with the length; integers wrap.
struct FloatSums {
  using Element = float;
  using Running = double;
  static constexpr Running kStart = 0;
  static Running join(Running a, Element b) { return a + b; }
  static Element finish(Running a) { return static_cast<float>(a); }
};
struct IntSums {
  using Element = int32_t;
  using Running = uint32_t;
  static constexpr Running kStart = 0;
  static Running join(Running a, Element b) { return a + static_cast<uint32_t>(b); }
  static Element finish(Running a) { return wrap(a); }
};
struct FloatProducts {
  using Element = float;
  using Running = double;
  static constexpr Running kStart = 1;
  static Running join(Running a, Element b) { return a * b; }
  static Element finish(Running a) { return static_cast<float>(a); }
};
struct IntProducts {
  using Element = int32_t;
  using Running = uint32_t;
  static constexpr Running kStart = 1;
  static Running join(Running a, Element b) { return a * static_cast<uint32_t>(b); }
  static Element finish(Running a) { return wrap(a); }
};

template <typename Op>
void scanColumns(const typename Op::Element* x, typename Op::Element* y, const Extents& e, int64_t width,
                 Direction direction) {
  typename Op::Running running[kTile];
  std::fill(running, running + width, Op::kStart);
  for (int64_t step = 0; step < e.size; ++step) {
    const int64_t row = direction.reverse ? e.size - 1 - step : step;
    const auto* from = x + row * e.inner;
    auto* to = y + row * e.inner;
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) {
      const auto before = running[i];
      running[i] = Op::join(before, from[i]);
      to[i] = Op::finish(direction.exclusive ? before : running[i]);
    }
  }
}

template <typename Op>
void scanRow(const typename Op::Element* x, typename Op::Element* y, int64_t size, Direction direction) {
  auto running = Op::kStart;
  for (int64_t step = 0; step < size; ++step) {
    const int64_t i = direction.reverse ? size - 1 - step : step;
    const auto before = running;
    running = Op::join(running, x[i]);
    y[i] = Op::finish(direction.exclusive ? before : running);
  }
}

template <typename Op>
void scanAll(const void* values, void* results, const Extents& e, Direction direction) {
  const auto* x = static_cast<const typename Op::Element*>(values);
  auto* y = static_cast<typename Op::Element*>(results);
  if (e.inner == 1) {
    // Each addition waits for the last one.
    parallelRanges(e.outer, e.size * 4, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) scanRow<Op>(x + row * e.size, y + row * e.size, e.size, direction);
    });
    return;
  }
  const int64_t tiles = (e.inner + kTile - 1) / kTile;
  parallelRanges(e.outer * tiles, e.size * std::min(e.inner, kTile), [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t column = task % tiles * kTile;
      const int64_t offset = task / tiles * e.size * e.inner + column;
      scanColumns<Op>(x + offset, y + offset, e, std::min(kTile, e.inner - column), direction);
    }
  });
}

struct Operation {
  void (*run)(const void* x, void* y, const Extents& extents, Direction direction);
  ElementType type;
};

const std::unordered_map<std::string, Operation>& operations() {
  static const std::unordered_map<std::string, Operation> table{
      {"cumsum.float32", {scanAll<FloatSums>, ElementType::kFloat}},
      {"cumsum.int32", {scanAll<IntSums>, ElementType::kInt}},
      {"cumprod.float32", {scanAll<FloatProducts>, ElementType::kFloat}},
      {"cumprod.int32", {scanAll<IntProducts>, ElementType::kInt}},
  };
  return table;
}

// (operation, x, y, outer, size, inner, exclusive, reverse)
void scan(const Args& args) {
  const auto found = operations().find(args.text(0));
  if (found == operations().end()) throw std::runtime_error("no operation " + args.text(0));
  const Extents e = readExtents(args, 3);
  const int64_t count = e.outer * e.size * e.inner;
  const ElementType type = found->second.type;
  found->second.run(elements(args, 1, count, type), elements(args, 2, count, type), e,
                    {args.boolean(6), args.boolean(7)});
}

}  // namespace

void registerScans(Exports& exports) { exports.add("scan", scan); }

}  // namespace mix
