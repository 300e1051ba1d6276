// What one JavaScript environment (the main thread, or a worker) owns. Nothing here is shared between environments.
#pragma once

#include <cstddef>
#include <memory>

#include "args.hpp"

namespace mix {

struct Primitives;  // the oneDNN primitives, in primitives.hpp

// Memory for one call's intermediate results; grows, never shrinks on its own.
class Scratch {
 public:
  ~Scratch();
  // 64-byte aligned, of at least `bytes`; what an earlier call was given is lost.
  void* take(size_t bytes);
  float* floats(size_t count) { return static_cast<float*>(take(count * sizeof(float))); }
  void release();
  size_t bytes() const { return bytes_; }

 private:
  void* memory_ = nullptr;
  size_t bytes_ = 0;
};

struct Context {
  Context();
  ~Context();

  int threads = 1;
  Scratch scratch;
  // oneDNN's own scratchpad, apart from ours, since a kernel may use both in one call.
  Scratch primitiveScratch;
  std::unique_ptr<Primitives> primitives;
};

}  // namespace mix
