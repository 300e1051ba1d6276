#include "broadcast.hpp"

#include <algorithm>
#include <stdexcept>

#include "args.hpp"

namespace mix {

namespace {

// Rows shorter than this are gathered into blocks first: a call for each would cost more than the copy.
constexpr int64_t kShortRow = 32;
constexpr int64_t kBlock = 1024;

// A position in the output's order, and where an operand's element for it lies.
class Cursor {
 public:
  Cursor(const Walk& walk, int64_t begin) : walk_(walk), indices_(walk.sizes.size()) {
    for (size_t axis = indices_.size(); axis-- > 0;) {
      indices_[axis] = begin % walk.sizes[axis];
      begin /= walk.sizes[axis];
      offset_ += indices_[axis] * walk.steps[axis];
    }
  }

  int64_t offset() const { return offset_; }
  int64_t left() const { return walk_.sizes.back() - indices_.back(); }
  // Goes on by no more than is left of the innermost axis.
  void advance(int64_t count) {
    size_t axis = indices_.size() - 1;
    indices_[axis] += count;
    offset_ += count * walk_.steps[axis];
    while (indices_[axis] == walk_.sizes[axis] && axis > 0) {
      offset_ -= walk_.sizes[axis] * walk_.steps[axis];
      indices_[axis] = 0;
      --axis;
      ++indices_[axis];
      offset_ += walk_.steps[axis];
    }
  }

 private:
  const Walk& walk_;
  std::vector<int64_t> indices_;
  int64_t offset_ = 0;
};

void forRows(const Broadcast& broadcast, PairLoop loop, PairInputs in, PairOutput out, int64_t begin, int64_t end) {
  const bool leftScalar = broadcast.left.steps.back() == 0;
  const bool rightScalar = broadcast.right.steps.back() == 0;
  const Pair pair = leftScalar ? Pair::kLeftScalar : rightScalar ? Pair::kRightScalar : Pair::kBoth;
  const auto inBytes = static_cast<int64_t>(in.bytes);
  const auto outBytes = static_cast<int64_t>(out.bytes);
  Cursor left(broadcast.left, begin);
  Cursor right(broadcast.right, begin);
  while (begin < end) {
    const int64_t count = std::min(end - begin, left.left());
    loop(in.a + left.offset() * inBytes, in.b + right.offset() * inBytes, out.y + begin * outBytes, count, pair);
    left.advance(count);
    right.advance(count);
    begin += count;
  }
}

void forBlocks(const Broadcast& broadcast, PairLoop loop, PairInputs in, PairOutput out, int64_t begin, int64_t end) {
  alignas(64) char left[kBlock * 4];
  alignas(64) char right[kBlock * 4];
  const auto inBytes = static_cast<int64_t>(in.bytes);
  const auto outBytes = static_cast<int64_t>(out.bytes);
  const bool leftPlain = broadcast.left.isPlain();
  const bool rightPlain = broadcast.right.isPlain();
  for (; begin < end; begin += kBlock) {
    const int64_t count = std::min(kBlock, end - begin);
    if (!leftPlain) broadcast.left.copy(in.a, left, in.bytes, begin, count);
    if (!rightPlain) broadcast.right.copy(in.b, right, in.bytes, begin, count);
    loop(leftPlain ? in.a + begin * inBytes : left, rightPlain ? in.b + begin * inBytes : right,
         out.y + begin * outBytes, count, Pair::kBoth);
  }
}

}  // namespace

int64_t Walk::extent() const {
  int64_t last = 0;
  for (size_t axis = 0; axis < sizes.size(); ++axis) last += (sizes[axis] - 1) * steps[axis];
  return last + 1;
}

bool Walk::isPlain() const {
  int64_t step = 1;
  for (size_t axis = sizes.size(); axis-- > 0;) {
    if (steps[axis] != step) return false;
    step *= sizes[axis];
  }
  return true;
}

template <typename T>
void Walk::copyElements(const T* from, T* to, int64_t begin, int64_t count) const {
  Cursor cursor(*this, begin);
  const bool repeats = steps.back() == 0;
  while (count > 0) {
    const int64_t length = std::min(count, cursor.left());
    const T* row = from + cursor.offset();
    if (repeats) {
      for (int64_t i = 0; i < length; ++i) to[i] = *row;
    } else {
      for (int64_t i = 0; i < length; ++i) to[i] = row[i];
    }
    cursor.advance(length);
    to += length;
    count -= length;
  }
}

void Walk::copy(const char* from, char* to, size_t bytes, int64_t begin, int64_t count) const {
  if (bytes == 1) {
    copyElements(reinterpret_cast<const uint8_t*>(from), reinterpret_cast<uint8_t*>(to), begin, count);
  } else {
    copyElements(reinterpret_cast<const uint32_t*>(from), reinterpret_cast<uint32_t*>(to), begin, count);
  }
}

Broadcast::Broadcast(const std::vector<int64_t>& axes) {
  if (axes.empty() || axes.size() % 3 != 0) throw std::runtime_error("a broadcast's axes are threes of numbers");
  for (size_t i = 0; i < axes.size(); i += 3) {
    if (axes[i] < 1 || axes[i + 1] < 0 || axes[i + 2] < 0) {
      throw std::runtime_error("a broadcast's sizes must be positive and its steps not negative");
    }
    left.sizes.push_back(axes[i]);
    left.steps.push_back(axes[i + 1]);
    right.sizes.push_back(axes[i]);
    right.steps.push_back(axes[i + 2]);
  }
  const auto isUnit = [](const Walk& walk) { return walk.steps.back() <= 1; };
  if (!isUnit(left) || !isUnit(right)) throw std::runtime_error("a broadcast's innermost axis must be contiguous");
}

int64_t Broadcast::size() const { return product(left.sizes); }

void forPairs(const Broadcast& broadcast, PairLoop loop, PairInputs in, PairOutput out, int64_t begin, int64_t end) {
  const bool isShort = broadcast.left.sizes.size() > 1 && broadcast.left.sizes.back() < kShortRow;
  (isShort ? forBlocks : forRows)(broadcast, loop, in, out, begin, end);
}

}  // namespace mix
