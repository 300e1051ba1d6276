#include "strided-copy.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "args.hpp"
#include "threads.hpp"
#include "transpose-tile.hpp"

namespace mix {

namespace {

using Axes = std::vector<CopyAxis>;

// Without axes of one element, and with neighbours joined that are contiguous on both sides.
Axes joined(const Axes& axes) {
  Axes result;
  for (const CopyAxis& axis : axes) {
    if (axis.size == 1) continue;
    if (!result.empty() && result.back().from == axis.from * axis.size && result.back().to == axis.to * axis.size) {
      result.back() = {result.back().size * axis.size, axis.from, axis.to};
    } else {
      result.push_back(axis);
    }
  }
  return result;
}

int64_t sizeOf(const Axes& axes) {
  int64_t size = 1;
  for (const CopyAxis& axis : axes) size *= axis.size;
  return size;
}

// Where one is in a walk over axes, the last one fastest.
class Position {
 public:
  int64_t from = 0, to = 0;

  Position(const Axes& axes, int64_t index) : axes_(axes), digits_(axes.size()) {
    for (size_t i = axes.size(); i-- > 0;) {
      digits_[i] = index % axes[i].size;
      index /= axes[i].size;
      from += digits_[i] * axes[i].from;
      to += digits_[i] * axes[i].to;
    }
  }

  // Until the last axis starts again.
  int64_t left() const { return axes_.empty() ? 1 : axes_.back().size - digits_.back(); }

  // By at most left().
  void advance(int64_t steps) {
    for (size_t i = axes_.size(); i-- > 0; steps = 1) {
      digits_[i] += steps;
      from += steps * axes_[i].from;
      to += steps * axes_[i].to;
      if (digits_[i] < axes_[i].size) return;
      digits_[i] = 0;
      from -= axes_[i].size * axes_[i].from;
      to -= axes_[i].size * axes_[i].to;
    }
  }

 private:
  const Axes& axes_;
  std::vector<int64_t> digits_;
};

template <typename T, int kWidth>
void copyNarrow(const T* from, T* to, int64_t rows, int64_t fromStep, int64_t toStep) {
  for (int64_t i = 0; i < rows; ++i) std::memcpy(to + i * toStep, from + i * fromStep, kWidth * sizeof(T));
}

template <typename T>
void copyElements(const T* __restrict from, T* __restrict to, int64_t count, int64_t fromStep, int64_t toStep) {
  if (toStep == 1 && fromStep == 0) {
    std::fill(to, to + count, *from);
  } else if (toStep == 1 && fromStep == -1) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[-i];
  } else if (toStep == 1 && fromStep == 2) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[2 * i];
  } else {
    for (int64_t i = 0; i < count; ++i) to[i * toStep] = from[i * fromStep];
  }
}

template <typename T>
void copyRows(const T* from, T* to, int64_t rows, int64_t width, int64_t fromStep, int64_t toStep) {
  if (width == 1) return copyElements(from, to, rows, fromStep, toStep);
  if (width == 2) return copyNarrow<T, 2>(from, to, rows, fromStep, toStep);
  if (width == 3) return copyNarrow<T, 3>(from, to, rows, fromStep, toStep);
  if (width == 4) return copyNarrow<T, 4>(from, to, rows, fromStep, toStep);
  for (int64_t i = 0; i < rows; ++i) copyRun(from + i * fromStep, to + i * toStep, width);
}

// Rows of `width` elements that are contiguous on both sides; threads share out the elements, whatever the width.
template <typename T>
void copyByRows(const T* from, T* to, const Axes& axes, int64_t width) {
  const CopyAxis last = axes.empty() ? CopyAxis{1, 0, 0} : axes.back();
  parallelRanges(sizeOf(axes) * width, 1, [&](int64_t begin, int64_t end) {
    Position position(axes, begin / width);
    int64_t column = begin % width;
    for (int64_t at = begin; at < end;) {
      const int64_t rows = column > 0 ? 0 : std::min((end - at) / width, position.left());
      if (rows > 0) {
        copyRows(from + position.from, to + position.to, rows, width, last.from, last.to);
        position.advance(rows);
        at += rows * width;
        continue;
      }
      const int64_t count = std::min(width - column, end - at);
      copyRun(from + position.from + column, to + position.to + column, count);
      position.advance(1);
      at += count;
      column = 0;
    }
  });
}

// The source is contiguous along one axis, the target along another.
template <typename T>
void copyByTiles(const T* from, T* to, const Axes& axes, size_t sourceAxis) {
  const CopyAxis a = axes[sourceAxis], b = axes.back();
  Axes outer = axes;
  outer.pop_back();
  outer.erase(outer.begin() + static_cast<int64_t>(sourceAxis));
  const int64_t aTile = std::min(a.size, tileAlongSource(a.size, b.size));
  const int64_t bTile = std::min(b.size, tileAlongTarget(a.size, b.size));
  const int64_t aTiles = (a.size + aTile - 1) / aTile, bTiles = (b.size + bTile - 1) / bTile;
  parallelRanges(sizeOf(outer) * aTiles * bTiles, aTile * bTile, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const Position position(outer, item / (aTiles * bTiles));
      const int64_t a0 = item / bTiles % aTiles * aTile, b0 = item % bTiles * bTile;
      transposeTile(from + position.from + a0 + b0 * b.from, b.from, to + position.to + a0 * a.to + b0, a.to,
                    std::min(aTile, a.size - a0), std::min(bTile, b.size - b0));
    }
  });
}

// (from, to, numbers): the numbers are the offsets of the first elements in both, then size, step in `from` and step in `to` of every axis.
void copyStrided(const Args& args) {
  const auto from = args.anyArray(0), to = args.anyArray(1);
  const auto numbers = args.integers(2);
  if (from.bytes != to.bytes) throw std::runtime_error("a copy is between arrays of one type");
  if (numbers.size() % 3 != 2) throw std::runtime_error("a copy has two offsets and three numbers for each axis");
  Axes axes;
  for (size_t i = 2; i < numbers.size(); i += 3) axes.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
  if (sizeOf(axes) == 0) return;
  int64_t least[2] = {numbers[0], numbers[1]}, most[2] = {numbers[0], numbers[1]};
  for (const CopyAxis& axis : axes) {
    const int64_t steps[2] = {axis.from, axis.to};
    for (int side = 0; side < 2; ++side) {
      (steps[side] < 0 ? least : most)[side] += (axis.size - 1) * steps[side];
    }
  }
  if (least[0] < 0 || least[1] < 0 || most[0] >= static_cast<int64_t>(from.count) ||
      most[1] >= static_cast<int64_t>(to.count)) {
    throw std::runtime_error("a copy must stay within its arrays");
  }
  withElements(from, to, [&](auto* source, auto* target) {
    stridedCopy(source + numbers[0], target + numbers[1], axes);
  });
}

}  // namespace

template <typename T>
void copyRun(const T* from, T* to, int64_t count) {
  constexpr int64_t kChunk = 32 / sizeof(T);
  if (count < kChunk) {
    // Not a call of memcpy, which costs more than so short a run.
    for (int64_t i = 0; i < count; ++i) {
      to[i] = from[i];
      __asm__ volatile("" ::: "memory");
    }
  } else if (count <= 16 * kChunk) {
    for (int64_t i = 0; i + kChunk <= count; i += kChunk) std::memcpy(to + i, from + i, 32);
    std::memcpy(to + count - kChunk, from + count - kChunk, 32);
  } else {
    std::memcpy(to, from, static_cast<size_t>(count) * sizeof(T));
  }
}

template <typename T>
void stridedCopy(const T* from, T* to, const std::vector<CopyAxis>& given) {
  Axes axes = joined(given);
  if (sizeOf(axes) == 0) return;
  int64_t width = 1;
  if (!axes.empty() && axes.back().from == 1 && axes.back().to == 1) {
    width = axes.back().size;
    axes.pop_back();
  } else if (!axes.empty() && axes.back().to == 1 && axes.back().from != 0) {
    for (size_t i = 0; i + 1 < axes.size(); ++i) {
      if (axes[i].from == 1) return copyByTiles(from, to, axes, i);
    }
  }
  copyByRows(from, to, axes, width);
}

template void stridedCopy<uint8_t>(const uint8_t*, uint8_t*, const std::vector<CopyAxis>&);
template void stridedCopy<uint32_t>(const uint32_t*, uint32_t*, const std::vector<CopyAxis>&);
template void copyRun<uint8_t>(const uint8_t*, uint8_t*, int64_t);
template void copyRun<uint32_t>(const uint32_t*, uint32_t*, int64_t);

void registerStridedCopy(Exports& exports) { exports.add("copyStrided", copyStrided); }

}  // namespace mix
