// Reducing the middle axis of [outer, size, inner] without a transposition. An operation states:
//   In, Sum, Out              the types of an element, of what is gathered and of a result
//   start()                   what joining anything to leaves as it is
//   lift(In), join(Sum, Sum)  an element as a Sum; joining is associative up to rounding
//   finish(Sum, size)         the result
#pragma once

#include <algorithm>
#include <cstdint>

#include "args.hpp"
#include "context.hpp"
#include "threads.hpp"

namespace mix {

struct Extents {
  int64_t outer, size, inner;
};

// From three arguments; none may be 0.
inline Extents readExtents(const Args& args, size_t index) {
  const Extents e{args.integer(index), args.integer(index + 1), args.integer(index + 2)};
  if (e.outer < 1 || e.size < 1 || e.inner < 1) throw std::runtime_error("the axes of a reduction must not be empty");
  return e;
}

// The widest run of columns gathered at once: its sums stay in the first cache.
constexpr int64_t kTile = 1024;
// Rows narrower than this are taken several at a time.
constexpr int64_t kNarrow = 64;

// Joins `rows` rows of `width` columns, `stride` apart, to sums.
template <typename Op>
__attribute__((noinline)) void gatherRows(const typename Op::In* x, int64_t rows, int64_t stride, int64_t width, typename Op::Sum* sums) {
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4, x += 4 * stride) {
    const auto* second = x + stride;
    const auto* third = x + 2 * stride;
    const auto* fourth = x + 3 * stride;
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) {
      auto sum = Op::join(sums[i], Op::lift(x[i]));
      sum = Op::join(sum, Op::lift(second[i]));
      sum = Op::join(sum, Op::lift(third[i]));
      sums[i] = Op::join(sum, Op::lift(fourth[i]));
    }
  }
  for (; row < rows; ++row, x += stride) {
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) sums[i] = Op::join(sums[i], Op::lift(x[i]));
  }
}

// A run of elements, by `Lanes` interleaved sums.
template <typename Op, int Lanes>
__attribute__((noinline)) typename Op::Sum gatherLanes(const typename Op::In* x, int64_t count) {
  typename Op::Sum sums[Lanes];
  for (int lane = 0; lane < Lanes; ++lane) sums[lane] = Op::start();
  for (int64_t left = count / Lanes; left > 0; --left, x += Lanes) {
#pragma omp simd
    for (int lane = 0; lane < Lanes; ++lane) sums[lane] = Op::join(sums[lane], Op::lift(x[lane]));
  }
  for (int lane = 0; lane < count % Lanes; ++lane) sums[lane] = Op::join(sums[lane], Op::lift(x[lane]));
  for (int width = Lanes / 2; width > 0; width /= 2) {
    for (int lane = 0; lane < width; ++lane) sums[lane] = Op::join(sums[lane], sums[lane + width]);
  }
  return sums[0];
}

template <typename Op>
typename Op::Sum gatherRun(const typename Op::In* x, int64_t count) {
  return count < 256 ? gatherLanes<Op, 8>(x, count) : gatherLanes<Op, 32>(x, count);
}

// Runs shorter than this are taken side by side.
constexpr int64_t kShortRun = 32;

template <typename Op>
__attribute__((noinline)) void reduceShortRuns(const typename Op::In* x, typename Op::Out* y, int64_t runs, int64_t size) {
  constexpr int kLanes = 16;
  for (; runs >= kLanes; runs -= kLanes, x += kLanes * size, y += kLanes) {
    typename Op::Sum sums[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] = Op::start();
    for (int64_t i = 0; i < size; ++i) {
#pragma omp simd
      for (int lane = 0; lane < kLanes; ++lane) sums[lane] = Op::join(sums[lane], Op::lift(x[lane * size + i]));
    }
    for (int lane = 0; lane < kLanes; ++lane) y[lane] = Op::finish(sums[lane], size);
  }
  for (int64_t run = 0; run < runs; ++run) y[run] = Op::finish(gatherRun<Op>(x + run * size, size), size);
}

// Into how many parts to cut each of `tasks` equal tasks, so that they keep the threads busy.
inline int64_t partsFor(int64_t tasks, int64_t work) {
  const int64_t threads = threadsFor(work);
  return tasks >= 4 * threads ? 1 : threads;
}

template <typename Op>
void reduceRuns(Context& context, const typename Op::In* x, typename Op::Out* y, const Extents& e) {
  const int64_t parts = partsFor(e.outer, e.outer * e.size);
  if (parts == 1) {
    parallelRanges(e.outer, e.size, [&](int64_t begin, int64_t end) {
      if (e.size < kShortRun) return reduceShortRuns<Op>(x + begin * e.size, y + begin, end - begin, e.size);
      for (int64_t row = begin; row < end; ++row) y[row] = Op::finish(gatherRun<Op>(x + row * e.size, e.size), e.size);
    });
    return;
  }
  auto* sums = static_cast<typename Op::Sum*>(context.scratch.take(sizeof(typename Op::Sum) * e.outer * parts));
  parallelRanges(e.outer * parts, e.size / parts, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t part = task % parts;
      const int64_t first = e.size * part / parts;
      sums[task] = gatherRun<Op>(x + task / parts * e.size + first, e.size * (part + 1) / parts - first);
    }
  });
  for (int64_t row = 0; row < e.outer; ++row) {
    auto sum = Op::start();
    for (int64_t part = 0; part < parts; ++part) sum = Op::join(sum, sums[row * parts + part]);
    y[row] = Op::finish(sum, e.size);
  }
}

// The sums of rows [first, last) of a tile of columns.
template <typename Op>
void gatherTile(const typename Op::In* x, int64_t rows, int64_t stride, int64_t width, typename Op::Sum* sums) {
  std::fill(sums, sums + width, Op::start());
  if (width >= kNarrow || stride != width) return gatherRows<Op>(x, rows, stride, width, sums);
  // Rows beside each other are one long row.
  const int64_t together = std::min(kTile / 2 / width, rows);
  typename Op::Sum wide[kTile];
  std::fill(wide, wide + together * width, Op::start());
  gatherRows<Op>(x, rows / together, together * width, together * width, wide);
  for (int64_t row = 0; row < together; ++row) {
    for (int64_t i = 0; i < width; ++i) sums[i] = Op::join(sums[i], wide[row * width + i]);
  }
  const int64_t done = rows / together * together;
  gatherRows<Op>(x + done * width, rows - done, width, width, sums);
}

template <typename Op>
void reduceColumns(Context& context, const typename Op::In* x, typename Op::Out* y, const Extents& e) {
  using Sum = typename Op::Sum;
  const int64_t tiles = (e.inner + kTile - 1) / kTile;
  const int64_t parts = partsFor(e.outer * tiles, e.outer * e.size * e.inner);
  const int64_t widest = std::min(e.inner, kTile);
  auto* sums = parts == 1 ? nullptr : static_cast<Sum*>(context.scratch.take(sizeof(Sum) * e.outer * parts * e.inner));
  parallelRanges(e.outer * tiles * parts, e.size * widest / parts, [&](int64_t begin, int64_t end) {
    Sum own[kTile];
    for (int64_t task = begin; task < end; ++task) {
      const int64_t part = task % parts;
      const int64_t column = task / parts % tiles * kTile;
      const int64_t slice = task / parts / tiles;
      const int64_t first = e.size * part / parts;
      const int64_t rows = e.size * (part + 1) / parts - first;
      const int64_t width = std::min(kTile, e.inner - column);
      Sum* to = parts == 1 ? own : sums + (slice * parts + part) * e.inner + column;
      gatherTile<Op>(x + (slice * e.size + first) * e.inner + column, rows, e.inner, width, to);
      if (parts > 1) continue;
      auto* out = y + slice * e.inner + column;
      for (int64_t i = 0; i < width; ++i) out[i] = Op::finish(own[i], e.size);
    }
  });
  if (parts == 1) return;
  for (int64_t slice = 0; slice < e.outer; ++slice) {
    Sum* total = sums + slice * parts * e.inner;
    for (int64_t part = 1; part < parts; ++part) {
      for (int64_t i = 0; i < e.inner; ++i) total[i] = Op::join(total[i], total[part * e.inner + i]);
    }
    for (int64_t i = 0; i < e.inner; ++i) y[slice * e.inner + i] = Op::finish(total[i], e.size);
  }
}

template <typename Op>
void reduceMiddle(Context& context, const void* x, void* y, const Extents& extents) {
  const auto* from = static_cast<const typename Op::In*>(x);
  auto* to = static_cast<typename Op::Out*>(y);
  (extents.inner == 1 ? reduceRuns<Op> : reduceColumns<Op>)(context, from, to, extents);
}

}  // namespace mix
