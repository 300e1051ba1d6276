// Functions of two arrays, element by element, with broadcasting of every pattern.
#include <cmath>
#include <string>
#include <unordered_map>

#include "args.hpp"
#include "broadcast.hpp"
#include "element-type.hpp"
#include "threads.hpp"
#include "vector-math.hpp"

namespace mix {

namespace {

struct Operation {
  PairLoop loop;
  ElementType in, out;
  int cost;
};

template <typename Out, typename In, Out (*F)(In, In)>
void pairLoop(const void* left, const void* right, void* out, int64_t count, Pair pair) {
  const auto* a = static_cast<const In*>(left);
  const auto* b = static_cast<const In*>(right);
  auto* y = static_cast<Out*>(out);
  if (pair == Pair::kBoth) {
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) y[i] = F(a[i], b[i]);
  } else if (pair == Pair::kRightScalar) {
    const In scalar = *b;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) y[i] = F(a[i], scalar);
  } else {
    const In scalar = *a;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) y[i] = F(scalar, b[i]);
  }
}

template <float (*F)(float, float)>
Operation floats(int cost = 1) {
  return {pairLoop<float, float, F>, ElementType::kFloat, ElementType::kFloat, cost};
}
template <int32_t (*F)(int32_t, int32_t)>
Operation ints(int cost = 1) {
  return {pairLoop<int32_t, int32_t, F>, ElementType::kInt, ElementType::kInt, cost};
}
template <typename T, uint8_t (*F)(T, T)>
Operation test() {
  return {pairLoop<uint8_t, T, F>, elementType<T>(), ElementType::kBool, 1};
}

float add(float a, float b) { return a + b; }
float subtract(float a, float b) { return a - b; }
float multiply(float a, float b) { return a * b; }
float divide(float a, float b) { return a / b; }
float squaredDifference(float a, float b) { return (a - b) * (a - b); }
float prelu(float x, float alpha) { return x < 0.0f ? alpha * x : x; }
float eluGradient(float dy, float y) { return y >= 0.0f ? dy : dy * (y + 1.0f); }
float arcTangent(float a, float b) { return std::atan2(a, b); }

// As JavaScript's: NaN of either comes through, and 0 is larger than -0.
float maximum(float a, float b) {
  const float larger = a > b || a != a ? a : b;
  return a == b ? math::floatOf(math::bitsOf(a) & math::bitsOf(b)) : larger;
}
float minimum(float a, float b) {
  const float smaller = a < b || a != a ? a : b;
  return a == b ? math::floatOf(math::bitsOf(a) | math::bitsOf(b)) : smaller;
}

// The remainder with the sign of b, as tfjs' CPU backend has it.
double remainder(double a, double b) {
  const double rest = std::fmod(a, b);
  return (a < 0 && b < 0) || (a >= 0 && b >= 0) ? rest : std::fmod(rest + b, b);
}
float mod(float a, float b) { return static_cast<float>(remainder(a, b)); }
int32_t modInt(int32_t a, int32_t b) { return toInt(remainder(a, b)); }

template <typename T>
int32_t floorDivide(T a, T b) {
  return toInt(std::floor(static_cast<double>(a) / static_cast<double>(b)));
}

int32_t addInt(int32_t a, int32_t b) { return wrap(static_cast<uint32_t>(a) + static_cast<uint32_t>(b)); }
int32_t subtractInt(int32_t a, int32_t b) { return wrap(static_cast<uint32_t>(a) - static_cast<uint32_t>(b)); }
int32_t multiplyInt(int32_t a, int32_t b) { return wrap(static_cast<uint32_t>(a) * static_cast<uint32_t>(b)); }
int32_t squaredDifferenceInt(int32_t a, int32_t b) { return multiplyInt(subtractInt(a, b), subtractInt(a, b)); }
int32_t maximumInt(int32_t a, int32_t b) { return a > b ? a : b; }
int32_t minimumInt(int32_t a, int32_t b) { return a < b ? a : b; }
int32_t andInt(int32_t a, int32_t b) { return a & b; }

template <typename T>
uint8_t equal(T a, T b) {
  return a == b;
}
template <typename T>
uint8_t notEqual(T a, T b) {
  return a != b;
}
template <typename T>
uint8_t less(T a, T b) {
  return a < b;
}
template <typename T>
uint8_t lessEqual(T a, T b) {
  return a <= b;
}
template <typename T>
uint8_t greater(T a, T b) {
  return a > b;
}
template <typename T>
uint8_t greaterEqual(T a, T b) {
  return a >= b;
}
uint8_t logicalAnd(uint8_t a, uint8_t b) { return a != 0 ? b : a; }
uint8_t logicalOr(uint8_t a, uint8_t b) { return a != 0 ? a : b; }

// As JavaScript's, which differs from C's where the power of 1 or -1 is not finite.
float power(float a, float b) {
  return std::fabs(a) == 1.0f && !(std::fabs(b) < INFINITY) ? NAN : std::pow(a, b);
}
float squareRootPower(float a, float) {
  // -0 gives 0, -Inf gives Inf.
  return a == -INFINITY ? INFINITY : std::sqrt(a + 0.0f);
}
float squarePower(float a, float) { return a * a; }
float cubePower(float a, float) { return static_cast<float>(static_cast<double>(a) * a * a); }

// Most powers in use are one small number for all elements.
void powerLoop(const void* a, const void* b, void* y, int64_t count, Pair pair) {
  PairLoop loop = pairLoop<float, float, power>;
  if (pair == Pair::kRightScalar) {
    const float exponent = *static_cast<const float*>(b);
    if (exponent == 2.0f) loop = pairLoop<float, float, squarePower>;
    if (exponent == 0.5f) loop = pairLoop<float, float, squareRootPower>;
    if (exponent == 3.0f) loop = pairLoop<float, float, cubePower>;
  }
  loop(a, b, y, count, pair);
}

using Table = std::unordered_map<std::string, Operation>;

template <typename T>
void addTests(Table& table, const std::string& type) {
  table.emplace("equal." + type, test<T, equal<T>>());
  table.emplace("notEqual." + type, test<T, notEqual<T>>());
  table.emplace("less." + type, test<T, less<T>>());
  table.emplace("lessEqual." + type, test<T, lessEqual<T>>());
  table.emplace("greater." + type, test<T, greater<T>>());
  table.emplace("greaterEqual." + type, test<T, greaterEqual<T>>());
}

Table makeTable() {
  Table table{
      {"add.float32", floats<add>()},
      {"sub.float32", floats<subtract>()},
      {"mul.float32", floats<multiply>()},
      {"div.float32", floats<divide>()},
      {"maximum.float32", floats<maximum>()},
      {"minimum.float32", floats<minimum>()},
      {"squaredDifference.float32", floats<squaredDifference>()},
      {"prelu.float32", floats<prelu>()},
      {"eluGrad.float32", floats<eluGradient>()},
      {"mod.float32", floats<mod>(16)},
      {"atan2.float32", floats<arcTangent>(16)},
      {"pow.float32", {powerLoop, ElementType::kFloat, ElementType::kFloat, 16}},
      {"floorDiv.float32",
       {pairLoop<int32_t, float, floorDivide<float>>, ElementType::kFloat, ElementType::kInt, 4}},
      {"floorDiv.int32", ints<floorDivide<int32_t>>(4)},
      {"add.int32", ints<addInt>()},
      {"sub.int32", ints<subtractInt>()},
      {"mul.int32", ints<multiplyInt>()},
      {"maximum.int32", ints<maximumInt>()},
      {"minimum.int32", ints<minimumInt>()},
      {"squaredDifference.int32", ints<squaredDifferenceInt>()},
      {"mod.int32", ints<modInt>(16)},
      {"bitwiseAnd.int32", ints<andInt>()},
      {"logicalAnd.bool", test<uint8_t, logicalAnd>()},
      {"logicalOr.bool", test<uint8_t, logicalOr>()},
  };
  addTests<float>(table, "float32");
  addTests<int32_t>(table, "int32");
  addTests<uint8_t>(table, "bool");
  return table;
}

// (operation, a, b, y, steps): see Broadcast for the last.
void binary(const Args& args) {
  static const Table table = makeTable();
  const auto found = table.find(args.text(0));
  if (found == table.end()) throw std::runtime_error("no binary operation " + args.text(0));
  const Operation& operation = found->second;
  const Broadcast broadcast(args.integers(4));
  const char* a = elements(args, 1, broadcast.left.extent(), operation.in);
  const char* b = elements(args, 2, broadcast.right.extent(), operation.in);
  char* y = elements(args, 3, broadcast.size(), operation.out);
  parallelRanges(
      broadcast.size(), operation.cost,
      [&](int64_t begin, int64_t end) {
        forPairs(broadcast, operation.loop, {a, b, bytesOf(operation.in)}, {y, bytesOf(operation.out)}, begin, end);
      },
      64);
}

}  // namespace

void registerBinary(Exports& exports) { exports.add("binary", binary); }

}  // namespace mix
