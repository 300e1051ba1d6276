// The types of tensors' elements, for functions that take arrays of any of them, and JavaScript's conversions between them.
#pragma once

#include <cmath>
#include <cstdint>

#include "args.hpp"

namespace mix {

enum class ElementType { kFloat, kInt, kBool };

template <typename T>
constexpr ElementType elementType();
template <>
constexpr ElementType elementType<float>() {
  return ElementType::kFloat;
}
template <>
constexpr ElementType elementType<int32_t>() {
  return ElementType::kInt;
}
template <>
constexpr ElementType elementType<uint8_t>() {
  return ElementType::kBool;
}

constexpr size_t bytesOf(ElementType type) { return type == ElementType::kBool ? 1 : 4; }

// The memory of a typed array of the given type and of at least `count` elements.
inline char* elements(const Args& args, size_t index, int64_t count, ElementType type) {
  const auto length = static_cast<size_t>(count);
  if (type == ElementType::kFloat) return reinterpret_cast<char*>(args.array<float>(index, length));
  if (type == ElementType::kInt) return reinterpret_cast<char*>(args.array<int32_t>(index, length));
  return reinterpret_cast<char*>(args.array<uint8_t>(index, length));
}

// What storing a number into an Int32Array does: the integer part modulo 2^32, and 0 for NaN and infinities.
inline int32_t toInt(float x) {
  // Exact: from 2^31 on, a float is a multiple of 256.
  float wrapped = x - std::floor(x * 0x1p-32f) * 0x1p32f;
  wrapped = wrapped >= 0x1p31f ? wrapped - 0x1p32f : wrapped;
  const float whole = std::fabs(x) < 0x1p31f ? x : wrapped;
  return static_cast<int32_t>(std::fabs(x) < INFINITY ? whole : 0.0f);
}

inline int32_t toInt(double x) {
  const double whole = std::trunc(x);
  double wrapped = whole - std::floor(whole * 0x1p-32) * 0x1p32;
  wrapped = wrapped >= 0x1p31 ? wrapped - 0x1p32 : wrapped;
  return static_cast<int32_t>(std::fabs(x) < INFINITY ? wrapped : 0.0);
}

inline int32_t wrap(uint32_t x) { return static_cast<int32_t>(x); }

}  // namespace mix
