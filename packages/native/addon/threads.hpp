// Splitting loops over threads. OpenMP keeps the count per calling thread, so environments do not disturb each other.
#pragma once

#include <omp.h>

#include <cstddef>
#include <cstdint>

namespace mix {

// Fewer elements than this are not worth waking another thread for.
constexpr int64_t kGrain = 1 << 14;

// How many threads a loop over `work` elements' worth of work should take.
inline int threadsFor(int64_t work) {
  const int64_t wanted = work / kGrain + 1;
  const int64_t most = omp_get_max_threads();
  return static_cast<int>(wanted < most ? wanted : most);
}

// body(begin, end) over contiguous parts of [0, count), in parallel where `count * cost` elements are worth it.
// Parts begin at multiples of `unit`.
template <typename Body>
void parallelRanges(int64_t count, int64_t cost, const Body& body, int64_t unit = 1) {
  if (count <= 0) return;
  const int threads = threadsFor(count * cost);
  if (threads <= 1) {
    body(int64_t{0}, count);
    return;
  }
  const int64_t units = (count + unit - 1) / unit;
#pragma omp parallel num_threads(threads)
  {
    const int64_t parts = omp_get_num_threads();
    const int64_t part = omp_get_thread_num();
    const int64_t begin = units * part / parts * unit;
    const int64_t last = units * (part + 1) / parts * unit;
    const int64_t end = last < count ? last : count;
    if (begin < end) body(begin, end);
  }
}

}  // namespace mix
