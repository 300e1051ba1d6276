// The input's gradient of a convolution of images with few channels, as the first one of a network is.
#pragma once

#include "convolution.hpp"

namespace mix {

struct Context;

// Whether a shape has so few input channels that oneDNN's kernels leave most of their lanes empty.
bool hasFewChannels(const ConvolutionShape& shape);

void fewChannelsInputGradient(Context& context, const ConvolutionShape& shape, const float* dy, const float* filter,
                              float* dx);

}  // namespace mix
