// Functions of one array, element by element, and conversions of its type.
#include <cmath>
#include <string>
#include <unordered_map>

#include "args.hpp"
#include "element-type.hpp"
#include "threads.hpp"
#include "vector-math.hpp"

namespace mix {

namespace {

using Loop = void (*)(const void* x, void* y, int64_t count, const double* parameters);

struct Operation {
  Loop loop;
  ElementType in, out;
  // The time for an element, in that of a copy; for the number of threads.
  int cost;
};

template <typename Out, typename In, Out (*F)(In)>
void plainLoop(const void* x, void* y, int64_t count, const double*) {
  const auto* from = static_cast<const In*>(x);
  auto* to = static_cast<Out*>(y);
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) to[i] = F(from[i]);
}

template <typename T, typename P, T (*F)(T, P, P)>
void parameterLoop(const void* x, void* y, int64_t count, const double* parameters) {
  const auto* from = static_cast<const T*>(x);
  auto* to = static_cast<T*>(y);
  const auto first = static_cast<P>(parameters[0]);
  const auto second = static_cast<P>(parameters[1]);
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) to[i] = F(from[i], first, second);
}

template <float (*F)(float)>
Operation floats(int cost = 1) {
  return {plainLoop<float, float, F>, ElementType::kFloat, ElementType::kFloat, cost};
}
template <int32_t (*F)(int32_t)>
Operation ints() {
  return {plainLoop<int32_t, int32_t, F>, ElementType::kInt, ElementType::kInt, 1};
}
template <typename Out, typename In, Out (*F)(In)>
Operation conversion() {
  return {plainLoop<Out, In, F>, elementType<In>(), elementType<Out>(), 1};
}
template <float (*F)(float, float, float)>
Operation floatsWith() {
  return {parameterLoop<float, float, F>, ElementType::kFloat, ElementType::kFloat, 1};
}

float relu(float x) { return x <= 0.0f ? 0.0f : x; }
float relu6(float x) {
  const float y = x <= 0.0f ? 0.0f : x;
  return y > 6.0f ? 6.0f : y;
}
float leakyRelu(float x, float alpha, float) { return x < 0.0f ? alpha * x : x; }
float elu(float x) { return x >= 0.0f ? x : math::expm1(x); }
float selu(float x) { return x >= 0.0f ? 1.05070098f * x : 1.75809934f * math::expm1(x); }
float step(float x, float alpha, float) {
  const float y = x > 0.0f ? 1.0f : alpha;
  return x != x ? x : y;
}
float clip(float x, float low, float high) {
  const float y = x < low ? low : x;
  return x > high ? high : y;
}
float squareRoot(float x) { return std::sqrt(x); }
float inverseRoot(float x) { return 1.0f / std::sqrt(x); }
float square(float x) { return x * x; }
float negative(float x) { return -x; }
float absolute(float x) { return std::fabs(x); }
float sign(float x) { return static_cast<float>(x > 0.0f) - static_cast<float>(x < 0.0f); }
float reciprocal(float x) { return 1.0f / x; }
float floorOf(float x) { return std::floor(x); }
float ceilOf(float x) { return std::ceil(x); }
// The rounding mode is to nearest, and to even between two.
float roundOf(float x) { return std::nearbyint(x); }
uint8_t isNan(float x) { return x != x; }
uint8_t isInfinite(float x) { return std::fabs(x) == INFINITY; }
uint8_t isFinite(float x) { return std::fabs(x) < INFINITY; }

int32_t reluInt(int32_t x) { return x > 0 ? x : 0; }
int32_t relu6Int(int32_t x) { return x > 0 ? (x < 6 ? x : 6) : 0; }
int32_t squareInt(int32_t x) { return wrap(static_cast<uint32_t>(x) * static_cast<uint32_t>(x)); }
int32_t negativeInt(int32_t x) { return wrap(0u - static_cast<uint32_t>(x)); }
int32_t absoluteInt(int32_t x) { return x < 0 ? negativeInt(x) : x; }
int32_t signInt(int32_t x) { return (x > 0) - (x < 0); }
int32_t clipInt(int32_t x, double low, double high) {
  if (x > high) return toInt(high);
  return x < low ? toInt(low) : x;
}
uint8_t notBool(uint8_t x) { return x == 0; }

int32_t floatToInt(float x) { return toInt(x); }
uint8_t floatToBool(float x) { return x != 0.0f; }
float intToFloat(int32_t x) { return static_cast<float>(x); }
uint8_t intToBool(int32_t x) { return x != 0; }
float boolToFloat(uint8_t x) { return x; }
int32_t boolToInt(uint8_t x) { return x; }

float sinOf(float x) { return std::sin(x); }
float cosOf(float x) { return std::cos(x); }
float tanOf(float x) { return std::tan(x); }
float asinOf(float x) { return std::asin(x); }
float acosOf(float x) { return std::acos(x); }
float atanOf(float x) { return std::atan(x); }
float sinhOf(float x) { return std::sinh(x); }
float coshOf(float x) { return std::cosh(x); }
float asinhOf(float x) { return std::asinh(x); }
float acoshOf(float x) { return std::acosh(x); }
float atanhOf(float x) { return std::atanh(x); }

const std::unordered_map<std::string, Operation>& operations() {
  static const std::unordered_map<std::string, Operation> table{
      {"relu.float32", floats<relu>()},
      {"relu6.float32", floats<relu6>()},
      {"leakyRelu.float32", floatsWith<leakyRelu>()},
      {"elu.float32", floats<elu>(2)},
      {"selu.float32", floats<selu>(2)},
      {"sigmoid.float32", floats<math::sigmoid>(2)},
      {"softplus.float32", floats<math::softplus>(4)},
      {"tanh.float32", floats<math::tanh>(2)},
      {"step.float32", floatsWith<step>()},
      {"exp.float32", floats<math::exp>(2)},
      {"expm1.float32", floats<math::expm1>(2)},
      {"log.float32", floats<math::log>(2)},
      {"log1p.float32", floats<math::log1p>(2)},
      {"erf.float32", floats<math::erf>(2)},
      {"sqrt.float32", floats<squareRoot>()},
      {"rsqrt.float32", floats<inverseRoot>()},
      {"square.float32", floats<square>()},
      {"neg.float32", floats<negative>()},
      {"abs.float32", floats<absolute>()},
      {"sign.float32", floats<sign>()},
      {"reciprocal.float32", floats<reciprocal>()},
      {"floor.float32", floats<floorOf>()},
      {"ceil.float32", floats<ceilOf>()},
      {"round.float32", floats<roundOf>()},
      {"clip.float32", floatsWith<clip>()},
      {"sin.float32", floats<sinOf>(16)},
      {"cos.float32", floats<cosOf>(16)},
      {"tan.float32", floats<tanOf>(16)},
      {"asin.float32", floats<asinOf>(16)},
      {"acos.float32", floats<acosOf>(16)},
      {"atan.float32", floats<atanOf>(16)},
      {"sinh.float32", floats<sinhOf>(16)},
      {"cosh.float32", floats<coshOf>(16)},
      {"asinh.float32", floats<asinhOf>(16)},
      {"acosh.float32", floats<acoshOf>(16)},
      {"atanh.float32", floats<atanhOf>(16)},
      {"isNan.float32", conversion<uint8_t, float, isNan>()},
      {"isInf.float32", conversion<uint8_t, float, isInfinite>()},
      {"isFinite.float32", conversion<uint8_t, float, isFinite>()},
      {"relu.int32", ints<reluInt>()},
      {"relu6.int32", ints<relu6Int>()},
      {"square.int32", ints<squareInt>()},
      {"neg.int32", ints<negativeInt>()},
      {"abs.int32", ints<absoluteInt>()},
      {"sign.int32", ints<signInt>()},
      {"clip.int32", {parameterLoop<int32_t, double, clipInt>, ElementType::kInt, ElementType::kInt, 1}},
      {"logicalNot.bool", conversion<uint8_t, uint8_t, notBool>()},
      {"toInt32.float32", conversion<int32_t, float, floatToInt>()},
      {"toBool.float32", conversion<uint8_t, float, floatToBool>()},
      {"toFloat32.int32", conversion<float, int32_t, intToFloat>()},
      {"toBool.int32", conversion<uint8_t, int32_t, intToBool>()},
      {"toFloat32.bool", conversion<float, uint8_t, boolToFloat>()},
      {"toInt32.bool", conversion<int32_t, uint8_t, boolToInt>()},
  };
  return table;
}

// (operation, x, y, count, parameter, parameter)
void unary(const Args& args) {
  const auto found = operations().find(args.text(0));
  if (found == operations().end()) throw std::runtime_error("no unary operation " + args.text(0));
  const Operation& operation = found->second;
  const int64_t count = args.integer(3);
  const char* x = elements(args, 1, count, operation.in);
  char* y = elements(args, 2, count, operation.out);
  const double parameters[] = {args.number(4), args.number(5)};
  const auto inBytes = static_cast<int64_t>(bytesOf(operation.in));
  const auto outBytes = static_cast<int64_t>(bytesOf(operation.out));
  parallelRanges(
      count, operation.cost,
      [&](int64_t begin, int64_t end) {
        operation.loop(x + begin * inBytes, y + begin * outBytes, end - begin, parameters);
      },
      64);
}

// (y, count, value)
void fillFloats(const Args& args) {
  const int64_t count = args.integer(1);
  float* y = args.floats(0, static_cast<size_t>(count));
  const auto value = static_cast<float>(args.number(2));
  parallelRanges(
      count, 1,
      [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) y[i] = value;
      },
      64);
}

}  // namespace

void registerUnary(Exports& exports) {
  exports.add("unary", unary);
  exports.add("fillFloats", fillFloats);
}

}  // namespace mix
