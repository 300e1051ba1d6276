// The seam to JavaScript: reads the arguments of a call, checks their sizes, and turns C++ exceptions into JavaScript errors.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace mix {

struct Context;

struct AnyArray {
  void* data;
  size_t count;
  size_t bytes;  // of an element: 4 or 1
};

// What one call was given. Pointers are valid until the call returns.
class Args {
 public:
  static constexpr size_t kMax = 16;

  Args(napi_env env, napi_callback_info info);

  napi_env env() const { return env_; }
  size_t size() const { return count_; }
  // The state of this environment: thread count, primitives, scratch memory.
  Context& context() const { return *context_; }

  // The elements of a typed array of at least `count` elements of T.
  template <typename T>
  T* array(size_t index, size_t count) const {
    return static_cast<T*>(data(index, count, typeOf<T>()));
  }
  float* floats(size_t index, size_t count) const { return array<float>(index, count); }
  int32_t* ints(size_t index, size_t count) const { return array<int32_t>(index, count); }
  // As `floats`, or null where the argument is null or undefined.
  float* optionalFloats(size_t index, size_t count) const;

  // An array of any type, for functions that only move elements.
  AnyArray anyArray(size_t index) const;

  // The argument as JavaScript has it.
  napi_value value(size_t index) const { return values_[index]; }
  bool isAbsent(size_t index) const;
  double number(size_t index) const;
  int64_t integer(size_t index) const { return static_cast<int64_t>(number(index)); }
  bool boolean(size_t index) const;
  std::string text(size_t index) const;
  // A plain JavaScript array of integers, or an Int32Array.
  std::vector<int64_t> integers(size_t index) const;

 private:
  template <typename T>
  static napi_typedarray_type typeOf();
  void* data(size_t index, size_t count, napi_typedarray_type type) const;

  napi_env env_;
  Context* context_ = nullptr;
  size_t count_ = kMax;
  napi_value values_[kMax];
};

template <>
inline napi_typedarray_type Args::typeOf<float>() {
  return napi_float32_array;
}
template <>
inline napi_typedarray_type Args::typeOf<int32_t>() {
  return napi_int32_array;
}
template <>
inline napi_typedarray_type Args::typeOf<uint8_t>() {
  return napi_uint8_array;
}

// Calls body(const T*, T*) with T of the size of the elements.
template <typename Body>
void withElements(const AnyArray& from, const AnyArray& to, const Body& body) {
  if (from.bytes == 4) return body(static_cast<const uint32_t*>(from.data), static_cast<uint32_t*>(to.data));
  body(static_cast<const uint8_t*>(from.data), static_cast<uint8_t*>(to.data));
}

using Function = void (*)(const Args&);
using ValueFunction = napi_value (*)(const Args&);

// Adds a function to what the addon exports; one that returns nothing works on the arrays it is given.
class Exports {
 public:
  Exports(napi_env env, napi_value object) : env_(env), object_(object) {}
  void add(const char* name, Function function);
  void add(const char* name, ValueFunction function);

 private:
  napi_env env_;
  napi_value object_;
};

napi_value makeNumber(napi_env env, double value);
napi_value makeText(napi_env env, const std::string& value);

inline int64_t product(const std::vector<int64_t>& sizes) {
  int64_t result = 1;
  for (int64_t size : sizes) result *= size;
  return result;
}

}  // namespace mix
