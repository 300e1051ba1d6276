#include "memory.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "args.hpp"

namespace mix {

namespace {

// Above this, memory comes in whole huge pages and goes back to the system when freed.
constexpr size_t kHuge = size_t{2} << 20;
constexpr size_t kPage = 16384;  // a multiple of every page size in use

size_t roundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

struct Block {
  void* memory;
  size_t bytes;
};

std::runtime_error outOfMemory(size_t bytes) {
  return std::runtime_error("there is no memory for a tensor of " + std::to_string(bytes) + " bytes");
}

// An ArrayBuffer over our memory, which the garbage collector frees when nothing refers to it any more.
napi_value allocate(const Args& args) {
  const auto bytes = static_cast<size_t>(args.integer(0));
  auto block = std::make_unique<Block>();
  block->bytes = bytes;
  try {
    block->memory = allocateAligned(bytes);
  } catch (const std::bad_alloc&) {
    throw outOfMemory(bytes);
  }
  const napi_finalize finalize = [](napi_env, void*, void* hint) {
    const std::unique_ptr<Block> ended(static_cast<Block*>(hint));
    freeAligned(ended->memory, ended->bytes);
  };
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(args.env(), block->memory, bytes, finalize, block.get(), &buffer) != napi_ok) {
    freeAligned(block->memory, bytes);
    throw outOfMemory(bytes);
  }
  block.release();
  return buffer;
}

// Gives the whole pages among `bytes` back to the system: they read as zeros when they are next used.
void discard(const Args& args) {
  const auto bytes = static_cast<size_t>(args.integer(1));
  const auto begin = reinterpret_cast<size_t>(args.array<uint8_t>(0, bytes));
  const size_t first = roundUp(begin, kPage), last = (begin + bytes) / kPage * kPage;
  if (last > first) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

}  // namespace

#ifdef __SANITIZE_ADDRESS__

// To the byte, so that a step past the end is seen, and full of NaNs, so that what is not written shows.
void* allocateAligned(size_t bytes) {
  void* memory = nullptr;
  if (posix_memalign(&memory, 64, bytes) != 0) throw std::bad_alloc();
  return std::memset(memory, 0xff, bytes);
}

void freeAligned(void* memory, size_t) { std::free(memory); }

#else

void* allocateAligned(size_t bytes) {
  if (bytes < kHuge) {
    void* memory = std::aligned_alloc(64, roundUp(bytes == 0 ? 1 : bytes, 64));
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
  // Mapped on the boundary of a huge page, with what lies before and after it given back.
  const size_t wanted = roundUp(bytes, kPage);
  void* mapped = mmap(nullptr, wanted + kHuge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* begin = static_cast<char*>(mapped);
  auto* memory = reinterpret_cast<char*>(roundUp(reinterpret_cast<size_t>(begin), kHuge));
  if (memory > begin) munmap(begin, static_cast<size_t>(memory - begin));
  const auto rest = static_cast<size_t>(begin + wanted + kHuge - (memory + wanted));
  if (rest > 0) munmap(memory + wanted, rest);
#ifdef MADV_HUGEPAGE
  // Not the tail: a huge page there would take memory that nobody asked for.
  madvise(memory, bytes / kHuge * kHuge, MADV_HUGEPAGE);
#endif
  return memory;
}

void freeAligned(void* memory, size_t bytes) {
  if (memory == nullptr) return;
  if (bytes < kHuge) {
    std::free(memory);
  } else {
    munmap(memory, roundUp(bytes, kPage));
  }
}

#endif

void registerMemory(Exports& exports) {
  exports.add("allocate", allocate);
  exports.add("discard", discard);
}

}  // namespace mix
