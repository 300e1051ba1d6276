// What must be known and done before the kernels are loaded; apart from them, so that it runs on any processor.
#include <node_api.h>

#include <cstdlib>
#include <string>

namespace {

const char* bestIsa() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd")) {
    return "avx512";
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "avx2";
  return "none";
#else
  return "generic";
#endif
}

std::string text(napi_env env, napi_value value) {
  char buffer[256];
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, buffer, sizeof buffer, &length) != napi_ok) length = 0;
  return std::string(buffer, length);
}

// (name, value or nothing): sets or removes a variable of the process's environment. In a worker, process.env is only a copy.
napi_value setVariable(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value values[2];
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  const std::string name = text(env, values[0]);
  const std::string value = text(env, values[1]);
  if (value.empty()) {
    unsetenv(name.c_str());
  } else {
    setenv(name.c_str(), value.c_str(), 1);
  }
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value isa, set;
  napi_create_string_utf8(env, bestIsa(), NAPI_AUTO_LENGTH, &isa);
  napi_set_named_property(env, exports, "isa", isa);
  napi_create_function(env, "setVariable", NAPI_AUTO_LENGTH, setVariable, nullptr, &set);
  napi_set_named_property(env, exports, "setVariable", set);
  return exports;
}
