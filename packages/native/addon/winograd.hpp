// 3x3 convolutions of stride 1 and their gradients by Winograd's F(4x4, 3x3).
#pragma once

#include "convolution.hpp"

namespace mix {

struct Context;

// Whether the transforms take this shape and pay for it.
bool fitsWinograd(const ConvolutionShape& shape);

void winogradForward(Context& context, const ConvolutionShape& shape, const float* x, const float* filter, float* y);
void winogradInputGradient(Context& context, const ConvolutionShape& shape, const float* dy, const float* filter,
                           float* dx);
void winogradFilterGradient(Context& context, const ConvolutionShape& shape, const float* x, const float* dy,
                            float* dFilter);

}  // namespace mix
