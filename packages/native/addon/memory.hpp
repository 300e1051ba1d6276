// Aligned memory from the system, on huge pages where they help.
#pragma once

#include <cstddef>

namespace mix {

// 64-byte aligned; throws std::bad_alloc.
void* allocateAligned(size_t bytes);
void freeAligned(void* memory, size_t bytes);

class Exports;
void registerMemory(Exports& exports);

}  // namespace mix
