// The geometry of a 2-D convolution over NHWC images with an HWIO filter.
#pragma once

#include <cstdint>
#include <vector>

namespace mix {

struct ConvolutionShape {
  int64_t batch, inHeight, inWidth, inChannels;
  int64_t filterHeight, filterWidth, outChannels;
  int64_t strideHeight, strideWidth, dilationHeight, dilationWidth;
  int64_t padTop, padLeft;
  int64_t outHeight, outWidth;
  int64_t groups;

  explicit ConvolutionShape(const std::vector<int64_t>& numbers);

  int64_t inSize() const { return batch * inHeight * inWidth * inChannels; }
  int64_t outSize() const { return batch * outHeight * outWidth * outChannels; }
  int64_t filterSize() const { return filterHeight * filterWidth * (inChannels / groups) * outChannels; }
  // May be negative, where the last rows or columns are not used.
  int64_t padBottom() const {
    return (outHeight - 1) * strideHeight + (filterHeight - 1) * dilationHeight + 1 - inHeight - padTop;
  }
  int64_t padRight() const {
    return (outWidth - 1) * strideWidth + (filterWidth - 1) * dilationWidth + 1 - inWidth - padLeft;
  }
};

}  // namespace mix
