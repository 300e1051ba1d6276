// Strided convolutions to small images as products of matrices.
#pragma once

#include "convolution.hpp"

namespace mix {

struct Context;

// Whether rows of outputs are so short that oneDNN's kernels, which sum along a row, leave most registers empty.
bool fitsPatches(const ConvolutionShape& shape);

void patchForward(Context& context, const ConvolutionShape& shape, const float* x, const float* filter, float* y);

}  // namespace mix
