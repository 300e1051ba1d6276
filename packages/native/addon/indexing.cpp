// Rows of a tensor by number: gathered, or summed up where they belong.
#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "args.hpp"
#include "strided-copy.hpp"
#include "threads.hpp"

namespace mix {

namespace {

// [blocks, rows, width] of which `count` rows are wanted of every block.
struct Rows {
  int64_t blocks, rows, width, count;
};

template <typename T, typename Index>
void gatherRange(const T* from, const Index* indices, T* to, const Rows& shape, int64_t blocksPerIndices,
                 int64_t begin, int64_t end) {
  for (int64_t at = begin; at < end;) {
    const int64_t block = at / shape.count, first = at % shape.count;
    const int64_t last = std::min(shape.count, first + end - at);
    const Index* wanted = indices + block / blocksPerIndices * shape.count;
    const T* source = from + block * shape.rows * shape.width;
    T* target = to + block * shape.count * shape.width;
    if (shape.width == 1) {
      for (int64_t i = first; i < last; ++i) target[i] = source[wanted[i]];
    } else {
      for (int64_t i = first; i < last; ++i) copyRun(source + wanted[i] * shape.width, target + i * shape.width, shape.width);
    }
    at += last - first;
  }
}

template <typename Index>
void gather(const AnyArray& from, const Index* indices, const AnyArray& to, const Rows& shape,
            int64_t blocksPerIndices) {
  const int64_t count = shape.blocks * shape.count;
  if (from.bytes != to.bytes) throw std::runtime_error("rows are gathered into an array of their type");
  if (static_cast<int64_t>(from.count) < shape.blocks * shape.rows * shape.width ||
      static_cast<int64_t>(to.count) < count * shape.width) {
    throw std::runtime_error("gathering needs larger arrays");
  }
  withElements(from, to, [&](auto* source, auto* target) {
    parallelRanges(count, shape.width, [&](int64_t begin, int64_t end) {
      gatherRange(source, indices, target, shape, blocksPerIndices, begin, end);
    });
  });
}

// (x, indices, y, batch, outer, rows, count, width): y[b, o, i] = x[b, o, indices[b, i]].
// Returns the place of an index that is none of the rows, or -1; y is written in that last case only.
napi_value gatherRows(const Args& args) {
  const auto from = args.anyArray(0), to = args.anyArray(2);
  const int64_t batch = args.integer(3), outer = args.integer(4);
  const Rows shape{batch * outer, args.integer(5), args.integer(7), args.integer(6)};
  const int64_t count = batch * shape.count;
  const int32_t* indices = args.ints(1, static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    if (indices[i] < 0 || indices[i] >= shape.rows) return makeNumber(args.env(), static_cast<double>(i));
  }
  if (count * outer * shape.width > 0) gather(from, indices, to, shape, outer);
  return makeNumber(args.env(), -1);
}

// Rows named by several numbers each; `bad` is the place of the first that names none, or -1.
struct FlatIndices {
  std::vector<int64_t> rows;
  int64_t bad = -1;

  FlatIndices(const int32_t* indices, int64_t count, const std::vector<int64_t>& steps, int64_t limit) : rows(count) {
    const auto depth = static_cast<int64_t>(steps.size());
    for (int64_t i = 0; i < count; ++i) {
      int64_t row = 0;
      for (int64_t j = 0; j < depth; ++j) row += indices[i * depth + j] * steps[j];
      if (row < 0 || row >= limit) {
        bad = i;
        return;
      }
      rows[i] = row;
    }
  }
};

// (x, indices, y, count, width, steps, rows): y[i] is the row of x that the i-th group of indices names.
napi_value gatherNd(const Args& args) {
  const auto from = args.anyArray(0), to = args.anyArray(2);
  const auto steps = args.integers(5);
  const Rows shape{1, args.integer(6), args.integer(4), args.integer(3)};
  const int32_t* indices = args.ints(1, static_cast<size_t>(shape.count) * steps.size());
  const FlatIndices flat(indices, shape.count, steps, shape.rows);
  if (flat.bad < 0) gather(from, flat.rows.data(), to, shape, 1);
  return makeNumber(args.env(), static_cast<double>(flat.bad));
}

template <typename T>
void addRow(T* __restrict to, const T* __restrict row, int64_t width) {
  for (int64_t c = 0; c < width; ++c) to[c] += row[c];
}

// y[rows[i]] += x[i]; rows outside of y are passed over. Threads own columns of y where there are enough, else rows of it, so that
// the order of every sum is that of x.
template <typename T, typename Index>
void addRows(const T* x, const Index* rows, T* y, int64_t count, int64_t width, int64_t limit) {
  constexpr int64_t kColumns = 16;
  if (width >= kColumns * omp_get_max_threads()) {
    parallelRanges(width, count, [&](int64_t begin, int64_t end) {
      for (int64_t i = 0; i < count; ++i) {
        if (rows[i] >= 0 && rows[i] < limit) addRow(y + rows[i] * width + begin, x + i * width + begin, end - begin);
      }
    }, kColumns);
    return;
  }
  parallelRanges(limit, (count * width + limit - 1) / limit, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < count; ++i) {
      if (rows[i] >= begin && rows[i] < end) addRow(y + rows[i] * width, x + i * width, width);
    }
  });
}

// (x, ids, y, count, width, segments): y, which must hold zeros, becomes the sums of the rows of x by id.
void segmentSum(const Args& args) {
  const int64_t count = args.integer(3), width = args.integer(4), segments = args.integer(5);
  const float* x = args.floats(0, static_cast<size_t>(count * width));
  const int32_t* ids = args.ints(1, static_cast<size_t>(count));
  float* y = args.floats(2, static_cast<size_t>(segments * width));
  if (count * width * segments > 0) addRows(x, ids, y, count, width, segments);
}

// (updates, indices, y, count, width, steps, rows, isInt): as segmentSum, where several numbers name a row.
napi_value scatterAdd(const Args& args) {
  const int64_t count = args.integer(3), width = args.integer(4), limit = args.integer(6);
  const auto steps = args.integers(5);
  const int32_t* indices = args.ints(1, static_cast<size_t>(count) * steps.size());
  const auto size = static_cast<size_t>(count * width), total = static_cast<size_t>(limit * width);
  const FlatIndices flat(indices, count, steps, limit);
  if (flat.bad < 0 && size > 0 && total > 0) {
    if (args.boolean(7)) {
      // Sums of integers wrap around, which is defined for those without sign.
      addRows(reinterpret_cast<const uint32_t*>(args.ints(0, size)), flat.rows.data(),
              reinterpret_cast<uint32_t*>(args.ints(2, total)), count, width, limit);
    } else {
      addRows(static_cast<const float*>(args.floats(0, size)), flat.rows.data(), args.floats(2, total), count, width, limit);
    }
  }
  return makeNumber(args.env(), static_cast<double>(flat.bad));
}

}  // namespace

void registerIndexing(Exports& exports) {
  exports.add("gatherRows", gatherRows);
  exports.add("gatherNd", gatherNd);
  exports.add("segmentSum", segmentSum);
  exports.add("scatterAdd", scatterAdd);
}

}  // namespace mix
