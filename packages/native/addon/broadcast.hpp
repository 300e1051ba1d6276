// Walking over two arrays that broadcast against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mix {

// How an operand lies under the shape of the output: how far apart its elements are along each axis, 0 where it repeats.
struct Walk {
  std::vector<int64_t> sizes, steps;

  // How many elements the operand has.
  int64_t extent() const;
  // Whether the output's elements are the operand's, in order.
  bool isPlain() const;
  // After how many elements they repeat to the end, 0 where they do not.
  int64_t period() const;
  // Copies the elements [begin, begin + count) of the output's order, for short rows; may write a row more.
  void copy(const char* from, char* to, size_t bytes, int64_t begin, int64_t count) const;

 private:
  template <typename T>
  void copyElements(const T* from, T* to, int64_t begin, int64_t count) const;
};

struct Broadcast {
  Walk left, right;

  // Axes from the outermost to the innermost, each as its size, the left step and the right step.
  explicit Broadcast(const std::vector<int64_t>& axes);
  int64_t size() const;
};

// What a loop over `count` elements reads: an element of each for every one, or the first of one side for all of them.
enum class Pair { kBoth, kLeftScalar, kRightScalar };
using PairLoop = void (*)(const void* a, const void* b, void* y, int64_t count, Pair pair);

struct PairInputs {
  const char* a;
  const char* b;
  size_t bytes;
};
struct PairOutput {
  char* y;
  size_t bytes;
};

// Runs the loop over the output's elements [begin, end).
void forPairs(const Broadcast& broadcast, PairLoop loop, PairInputs in, PairOutput out, int64_t begin, int64_t end);

}  // namespace mix
