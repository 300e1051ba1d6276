#include "context.hpp"

#include "memory.hpp"
#include "primitives.hpp"

namespace mix {

Scratch::~Scratch() { release(); }

void Scratch::release() {
  freeAligned(memory_, bytes_);
  memory_ = nullptr;
  bytes_ = 0;
}

void* Scratch::take(size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  release();  // so that it is no larger than asked for
#endif
  if (bytes > bytes_ || memory_ == nullptr) {
    release();
    memory_ = allocateAligned(bytes);
    bytes_ = bytes;
  }
  return memory_;
}

Context::Context() : primitives(std::make_unique<Primitives>()) {}
Context::~Context() = default;

}  // namespace mix
