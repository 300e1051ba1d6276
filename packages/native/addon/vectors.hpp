// Vectors of floats as wide as the instruction set of this build has them, by the compiler's own vector types.
#pragma once

#include <cstdint>

namespace mix {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
// Register blocks of matrix products: rows, and vectors of columns, that fill the registers.
constexpr int kBlockRows = 14;
constexpr int kBlockVectors = 2;
#elif defined(__AVX__)
constexpr int kLanes = 8;
constexpr int kBlockRows = 6;
constexpr int kBlockVectors = 2;
#else
constexpr int kLanes = 4;
constexpr int kBlockRows = 6;
constexpr int kBlockVectors = 4;
#endif

typedef float Vector __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

inline Vector load(const float* from) { return *reinterpret_cast<const Vector*>(from); }
inline void store(float* to, Vector value) { *reinterpret_cast<Vector*>(to) = value; }
inline Vector broadcast(float value) { return value - Vector{}; }

}  // namespace mix
