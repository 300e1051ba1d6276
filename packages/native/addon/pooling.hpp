// The geometry of a pooling over NHWC images.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace mix {

// One axis: windows of `window` pixels, `stride` apart, over `size` pixels that begin `pad` after the first window.
struct PoolAxis {
  int64_t size, window, stride, pad, outputs;

  // The part of an output's window that lies in the image; may be empty.
  int64_t begin(int64_t output) const { return std::max<int64_t>(0, output * stride - pad); }
  int64_t end(int64_t output) const { return std::max(begin(output), std::min(size, output * stride - pad + window)); }
  // The outputs whose windows hold an input.
  int64_t firstOutput(int64_t input) const {
    const int64_t first = input + pad - window + 1;
    return first <= 0 ? 0 : (first + stride - 1) / stride;
  }
  int64_t lastOutput(int64_t input) const { return std::min(outputs, (input + pad) / stride + 1); }
};

struct PoolShape {
  int64_t batch, channels;
  PoolAxis rows, columns;

  explicit PoolShape(const std::vector<int64_t>& n) {
    if (n.size() != 12) throw std::runtime_error("a pooling's shape is 12 numbers");
    batch = n[0], channels = n[1];
    rows = {n[2], n[3], n[4], n[5], n[6]};
    columns = {n[7], n[8], n[9], n[10], n[11]};
    for (const PoolAxis& axis : {rows, columns}) {
      if (axis.stride < 1 || axis.window < 1 || axis.pad < 0) throw std::runtime_error("a pooling has windows and strides");
    }
  }

  int64_t inRow() const { return columns.size * channels; }
  int64_t outRow() const { return columns.outputs * channels; }
  size_t inSize() const { return static_cast<size_t>(batch * rows.size * inRow()); }
  size_t outSize() const { return static_cast<size_t>(batch * rows.outputs * outRow()); }
};

}  // namespace mix
