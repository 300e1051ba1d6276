// Sums, products and extremes over an axis.
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>

#include "args.hpp"
#include "element-type.hpp"
#include "reduce.hpp"

namespace mix {

namespace {

struct Operation {
  void (*run)(Context& context, const void* x, void* y, const Extents& extents);
  ElementType type;
};

// In double: the error does not grow with the length, and memory is slower than the additions.
struct SumOfFloats {
  using In = float;
  using Sum = double;
  using Out = float;
  static Sum start() { return 0; }
  static Sum lift(In x) { return x; }
  static Sum join(Sum a, Sum b) { return a + b; }
  static Out finish(Sum sum, int64_t) { return static_cast<float>(sum); }
};

struct MeanOfFloats : SumOfFloats {
  static Out finish(Sum sum, int64_t size) { return static_cast<float>(sum / static_cast<double>(size)); }
};

struct SumOfInts {
  using In = int32_t;
  using Sum = uint32_t;
  using Out = int32_t;
  static Sum start() { return 0; }
  static Sum lift(In x) { return static_cast<uint32_t>(x); }
  static Sum join(Sum a, Sum b) { return a + b; }
  static Out finish(Sum sum, int64_t) { return wrap(sum); }
};

template <typename T>
struct Product {
  using In = T;
  using Sum = double;
  using Out = T;
  static Sum start() { return 1; }
  static Sum lift(In x) { return static_cast<double>(x); }
  static Sum join(Sum a, Sum b) { return a * b; }
  static Out finish(Sum product, int64_t);
};
template <>
float Product<float>::finish(double product, int64_t) {
  return static_cast<float>(product);
}
template <>
int32_t Product<int32_t>::finish(double product, int64_t) {
  return toInt(product);
}

// NaN stays: it is not equal to itself.
template <typename T, bool kLargest>
struct Extreme {
  using In = T;
  using Sum = T;
  using Out = T;
  using Limits = std::numeric_limits<T>;
  static Sum start() {
    if (Limits::has_infinity) return kLargest ? -Limits::infinity() : Limits::infinity();
    return kLargest ? Limits::lowest() : Limits::max();
  }
  static Sum lift(In x) { return x; }
  static Sum join(Sum a, Sum b) { return ((kLargest ? b > a : b < a) | (b != b)) ? b : a; }
  static Out finish(Sum extreme, int64_t) { return extreme; }
};

template <typename Op>
Operation reduction() {
  return {reduceMiddle<Op>, elementType<typename Op::In>()};
}

const std::unordered_map<std::string, Operation>& operations() {
  static const std::unordered_map<std::string, Operation> table{
      {"sum.float32", reduction<SumOfFloats>()},
      {"mean.float32", reduction<MeanOfFloats>()},
      {"sum.int32", reduction<SumOfInts>()},
      {"prod.float32", reduction<Product<float>>()},
      {"prod.int32", reduction<Product<int32_t>>()},
      {"max.float32", reduction<Extreme<float, true>>()},
      {"max.int32", reduction<Extreme<int32_t, true>>()},
      {"max.bool", reduction<Extreme<uint8_t, true>>()},
      {"min.float32", reduction<Extreme<float, false>>()},
      {"min.int32", reduction<Extreme<int32_t, false>>()},
      {"min.bool", reduction<Extreme<uint8_t, false>>()},
  };
  return table;
}

// (operation, x, y, outer, size, inner): the middle one of three axes goes.
void reduce(const Args& args) {
  const auto found = operations().find(args.text(0));
  if (found == operations().end()) throw std::runtime_error("no reduction " + args.text(0));
  const Extents extents = readExtents(args, 3);
  const ElementType type = found->second.type;
  const char* x = elements(args, 1, extents.outer * extents.size * extents.inner, type);
  char* y = elements(args, 2, extents.outer * extents.inner, type);
  found->second.run(args.context(), x, y, extents);
}

}  // namespace

void registerReductions(Exports& exports) { exports.add("reduce", reduce); }

}  // namespace mix
