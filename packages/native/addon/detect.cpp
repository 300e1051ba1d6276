// Names the build of the kernels that this processor can run; apart from them, so that it runs on any processor.
#include <node_api.h>

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

}  // namespace

NAPI_MODULE_INIT() {
  napi_value isa;
  napi_create_string_utf8(env, bestIsa(), NAPI_AUTO_LENGTH, &isa);
  napi_set_named_property(env, exports, "isa", isa);
  return exports;
}
