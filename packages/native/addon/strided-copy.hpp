// Copies between two layouts of one array: what transposes, slices, concatenations, tiles and reversals are.
#pragma once

#include <cstdint>
#include <vector>

namespace mix {

// An axis: how many elements, and how far apart they are in the source and in the target.
struct CopyAxis {
  int64_t size, from, to;
};

// Copies the elements of all axes, the outermost first; T stands for any type of its size.
template <typename T>
void stridedCopy(const T* from, T* to, const std::vector<CopyAxis>& axes);

extern template void stridedCopy<uint8_t>(const uint8_t*, uint8_t*, const std::vector<CopyAxis>&);
extern template void stridedCopy<uint32_t>(const uint32_t*, uint32_t*, const std::vector<CopyAxis>&);

// A contiguous run of elements.
template <typename T>
void copyRun(const T* from, T* to, int64_t count);

extern template void copyRun<uint8_t>(const uint8_t*, uint8_t*, int64_t);
extern template void copyRun<uint32_t>(const uint32_t*, uint32_t*, int64_t);

}  // namespace mix
