// 3x3 convolutions of stride 1 and their gradients by Winograd's F(4x4, 3x3).
#pragma once

#include <cstdint>

#include "convolution.hpp"

namespace mix {

struct Context;

// Whether the transforms take this shape and pay for it.
bool fitsWinograd(const ConvolutionShape& shape);

// A place that keeps a filter as the transforms make it, between calls; empty where there is none.
struct KeptFilter {
  float* floats = nullptr;
  bool isFilled = false;
};

// How many floats a place for the transformed filter has; 0 where the transform costs too little to keep it.
int64_t keptFilterFloats(const ConvolutionShape& shape);

void winogradForward(Context& context, const ConvolutionShape& shape, const float* x, const float* filter, float* y,
                     KeptFilter kept);
void winogradInputGradient(Context& context, const ConvolutionShape& shape, const float* dy, const float* filter,
                           float* dx, KeptFilter kept);
void winogradFilterGradient(Context& context, const ConvolutionShape& shape, const float* x, const float* dy,
                            float* dFilter);

}  // namespace mix
