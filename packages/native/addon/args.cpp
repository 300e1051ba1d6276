#include "args.hpp"

#include <new>

#include "context.hpp"

namespace mix {

namespace {

void throwError(napi_env env, const char* message) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, "MIX_NATIVE", message);
}

template <typename Body>
napi_value guarded(napi_env env, const Body& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    throwError(env, error.what());
  } catch (...) {
    throwError(env, "unknown error in the native addon");
  }
  return nullptr;
}

void* functionData(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  return data;
}

std::runtime_error badArgument(size_t index, const std::string& rule) {
  return std::runtime_error("argument " + std::to_string(index) + " must be " + rule);
}

}  // namespace

Args::Args(napi_env env, napi_callback_info info) : env_(env) {
  if (napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr) != napi_ok) {
    throw std::runtime_error("cannot read the arguments of the call");
  }
  if (count_ > kMax) throw std::runtime_error("too many arguments");
  void* instance = nullptr;
  napi_get_instance_data(env, &instance);
  context_ = static_cast<Context*>(instance);
}

void* Args::data(size_t index, size_t count, napi_typedarray_type type) const {
  if (index >= count_) throw badArgument(index, "given");
  napi_typedarray_type found;
  size_t length = 0;
  void* pointer = nullptr;
  if (napi_get_typedarray_info(env_, values_[index], &found, &length, &pointer, nullptr, nullptr) != napi_ok) {
    throw badArgument(index, "a typed array");
  }
  if (found == napi_uint8_clamped_array) found = napi_uint8_array;
  if (found != type) throw badArgument(index, "a typed array of another type");
  if (length < count) {
    throw badArgument(index, "of at least " + std::to_string(count) + " elements; received " + std::to_string(length));
  }
  return pointer;
}

AnyArray Args::anyArray(size_t index) const {
  if (index >= count_) throw badArgument(index, "given");
  napi_typedarray_type type;
  AnyArray array{};
  if (napi_get_typedarray_info(env_, values_[index], &type, &array.count, &array.data, nullptr, nullptr) != napi_ok) {
    throw badArgument(index, "a typed array");
  }
  if (type != napi_float32_array && type != napi_int32_array && type != napi_uint8_array) {
    throw badArgument(index, "of floats, integers or booleans");
  }
  array.bytes = type == napi_uint8_array ? 1 : 4;
  return array;
}

bool Args::isAbsent(size_t index) const {
  if (index >= count_) return true;
  napi_valuetype type;
  napi_typeof(env_, values_[index], &type);
  return type == napi_null || type == napi_undefined;
}

float* Args::optionalFloats(size_t index, size_t count) const {
  return isAbsent(index) ? nullptr : floats(index, count);
}

double Args::number(size_t index) const {
  double value = 0;
  if (index >= count_ || napi_get_value_double(env_, values_[index], &value) != napi_ok) {
    throw badArgument(index, "a number");
  }
  return value;
}

bool Args::boolean(size_t index) const {
  bool value = false;
  if (index >= count_ || napi_get_value_bool(env_, values_[index], &value) != napi_ok) {
    throw badArgument(index, "a boolean");
  }
  return value;
}

std::string Args::text(size_t index) const {
  char buffer[64];
  size_t length = 0;
  if (index >= count_ || napi_get_value_string_utf8(env_, values_[index], buffer, sizeof buffer, &length) != napi_ok) {
    throw badArgument(index, "a string");
  }
  return std::string(buffer, length);
}

std::vector<int64_t> Args::integers(size_t index) const {
  uint32_t length = 0;
  if (index >= count_ || napi_get_array_length(env_, values_[index], &length) != napi_ok) {
    throw badArgument(index, "an array of integers");
  }
  std::vector<int64_t> result(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element;
    if (napi_get_element(env_, values_[index], i, &element) != napi_ok ||
        napi_get_value_int64(env_, element, &result[i]) != napi_ok) {
      throw badArgument(index, "an array of integers");
    }
  }
  return result;
}

void Exports::add(const char* name, Function function) {
  const napi_callback callback = [](napi_env env, napi_callback_info info) {
    return guarded(env, [&]() -> napi_value {
      const auto call = reinterpret_cast<Function>(functionData(env, info));
      call(Args(env, info));
      return nullptr;
    });
  };
  napi_value value;
  napi_create_function(env_, name, NAPI_AUTO_LENGTH, callback, reinterpret_cast<void*>(function), &value);
  napi_set_named_property(env_, object_, name, value);
}

void Exports::add(const char* name, ValueFunction function) {
  const napi_callback callback = [](napi_env env, napi_callback_info info) {
    return guarded(env, [&]() -> napi_value {
      const auto call = reinterpret_cast<ValueFunction>(functionData(env, info));
      return call(Args(env, info));
    });
  };
  napi_value value;
  napi_create_function(env_, name, NAPI_AUTO_LENGTH, callback, reinterpret_cast<void*>(function), &value);
  napi_set_named_property(env_, object_, name, value);
}

napi_value makeNumber(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

napi_value makeText(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

}  // namespace mix
