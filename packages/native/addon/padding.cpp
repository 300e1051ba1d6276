// Padding with a constant, and copies whose source is looked up along every axis: mirrored padding and nearest-neighbour resizing.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "args.hpp"
#include "strided-copy.hpp"
#include "threads.hpp"

namespace mix {

namespace {

struct PaddedAxis {
  int64_t size, before, after;
  int64_t total() const { return before + size + after; }
};

// Axes that are not padded become part of the next outer one.
std::vector<PaddedAxis> joined(const std::vector<int64_t>& numbers) {
  std::vector<PaddedAxis> axes;
  for (size_t i = numbers.size(); i > 0; i -= 3) {
    const PaddedAxis axis{numbers[i - 3], numbers[i - 2], numbers[i - 1]};
    if (axes.empty() || axes.back().before != 0 || axes.back().after != 0) {
      axes.push_back(axis);
    } else {
      const int64_t inner = axes.back().size;
      axes.back() = {axis.size * inner, axis.before * inner, axis.after * inner};
    }
  }
  std::reverse(axes.begin(), axes.end());
  return axes;
}

template <typename T>
void padRows(const T* from, T* to, T value, const std::vector<PaddedAxis>& axes, int64_t begin, int64_t end) {
  const PaddedAxis& last = axes.back();
  const int64_t width = last.total();
  for (int64_t row = begin; row < end; ++row) {
    int64_t rest = row, source = 0, step = last.size;
    bool inside = true;
    for (size_t i = axes.size() - 1; i-- > 0 && inside;) {
      const int64_t at = rest % axes[i].total() - axes[i].before;
      rest /= axes[i].total();
      inside = at >= 0 && at < axes[i].size;
      source += at * step;
      step *= axes[i].size;
    }
    T* target = to + row * width;
    if (!inside) {
      std::fill(target, target + width, value);
      continue;
    }
    std::fill(target, target + last.before, value);
    copyRun(from + source, target + last.before, last.size);
    std::fill(target + last.before + last.size, target + width, value);
  }
}

// (x, y, value as an array of one element, numbers): of every axis its size in x and what is added before and after it.
void padConstant(const Args& args) {
  const auto from = args.anyArray(0), to = args.anyArray(1), value = args.anyArray(2);
  const auto numbers = args.integers(3);
  if (from.bytes != to.bytes || from.bytes != value.bytes) throw std::runtime_error("padding is of one type");
  if (numbers.empty() || numbers.size() % 3 != 0) throw std::runtime_error("padding has three numbers for each axis");
  size_t size = 1, total = 1;
  for (size_t i = 0; i < numbers.size(); i += 3) {
    if (numbers[i] < 0 || numbers[i + 1] < 0 || numbers[i + 2] < 0) {
      throw std::runtime_error("sizes and padding must be at least 0");
    }
    size *= static_cast<size_t>(numbers[i]);
    total *= static_cast<size_t>(numbers[i] + numbers[i + 1] + numbers[i + 2]);
  }
  if (from.count < size || to.count < total || value.count < 1) throw std::runtime_error("padding needs larger arrays");
  if (total == 0) return;
  const auto axes = joined(numbers);
  const int64_t width = axes.back().total();
  withElements(from, to, [&](auto* source, auto* target) {
    const auto constant = *static_cast<decltype(source)>(value.data);
    parallelRanges(static_cast<int64_t>(total) / width, width, [&](int64_t begin, int64_t end) {
      padRows(source, target, constant, axes, begin, end);
    });
  });
}

struct Lookup {
  std::vector<int64_t> sizes;
  std::vector<const int32_t*> tables;
  int64_t run;
};

template <typename T>
void copyLookedUp(const T* from, T* to, const Lookup& lookup, int64_t begin, int64_t end) {
  const size_t last = lookup.sizes.size() - 1;
  const int64_t width = lookup.sizes[last], run = lookup.run;
  const int32_t* table = lookup.tables[last];
  for (int64_t row = begin; row < end; ++row) {
    int64_t rest = row;
    const T* source = from;
    for (size_t i = last; i-- > 0;) {
      source += lookup.tables[i][rest % lookup.sizes[i]];
      rest /= lookup.sizes[i];
    }
    T* target = to + row * width * run;
    if (run == 1) {
      for (int64_t i = 0; i < width; ++i) target[i] = source[table[i]];
    } else if (run == 3) {
      for (int64_t i = 0; i < width; ++i) std::copy_n(source + table[i], 3, target + 3 * i);
    } else {
      for (int64_t i = 0; i < width; ++i) copyRun(source + table[i], target + i * run, run);
    }
  }
}

// (x, y, tables, sizes, run): the element of y at some place along every axis is the run of x that begins at the sum of what the
// axes' tables, one after another, hold for that place.
void copyByTables(const Args& args) {
  const auto from = args.anyArray(0), to = args.anyArray(1);
  Lookup lookup{args.integers(3), {}, args.integer(4)};
  if (from.bytes != to.bytes || lookup.sizes.empty()) throw std::runtime_error("a copy is of one type, along axes");
  int64_t entries = 0, rows = 1;
  for (int64_t size : lookup.sizes) entries += size, rows *= size;
  const int32_t* tables = args.ints(2, static_cast<size_t>(entries));
  if (rows * lookup.run == 0) return;
  int64_t least = 0, most = lookup.run - 1;
  for (int64_t size : lookup.sizes) {
    lookup.tables.push_back(tables);
    const auto range = std::minmax_element(tables, tables + size);
    least += *range.first, most += *range.second;
    tables += size;
  }
  if (least < 0 || most >= static_cast<int64_t>(from.count) || rows * lookup.run > static_cast<int64_t>(to.count)) {
    throw std::runtime_error("a copy must stay within its arrays");
  }
  const int64_t width = lookup.sizes.back();
  withElements(from, to, [&](auto* source, auto* target) {
    parallelRanges(rows / width, width * lookup.run, [&](int64_t begin, int64_t end) {
      copyLookedUp(source, target, lookup, begin, end);
    });
  });
}

}  // namespace

void registerPadding(Exports& exports) {
  exports.add("padConstant", padConstant);
  exports.add("copyByTables", copyByTables);
}

}  // namespace mix
