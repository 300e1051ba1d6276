// 3x3 convolutions in groups so small that a vector holds several, where oneDNN has no fast ones.
#pragma once

#include <cstdint>

#include "convolution.hpp"
#include "vectors.hpp"

namespace mix {

struct Context;

// Whether there is one for this shape. Groups of a vector and more are oneDNN's.
bool fitsGroups(const ConvolutionShape& shape);

void groupedForward(Context& context, const ConvolutionShape& shape, const float* x, const float* filter, float* y);
void groupedInputGradient(Context& context, const ConvolutionShape& shape, const float* dy, const float* filter,
                          float* dx);
void groupedFilterGradient(const ConvolutionShape& shape, const float* x, const float* dy, float* dFilter);

typedef int32_t Lanes __attribute__((vector_size(kLanes * sizeof(int32_t))));

// For every lane, that of the first channel of its group of `size`.
inline Lanes firstOfGroups(int64_t size) {
  Lanes lanes;
  for (int lane = 0; lane < kLanes; ++lane) lanes[lane] = static_cast<int32_t>(lane / size * size);
  return lanes;
}

// Lane l of the result is lane lanes[l] of the vector.
inline Vector pick(Vector from, Lanes lanes) {
#if defined(__clang__)
  Vector to;
  for (int lane = 0; lane < kLanes; ++lane) to[lane] = from[lanes[lane]];
  return to;
#else
  return __builtin_shuffle(from, lanes);
#endif
}

}  // namespace mix
