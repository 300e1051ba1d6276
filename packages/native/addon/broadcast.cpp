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
  int64_t left(size_t axis) const { return walk_.sizes[axis] - indices_[axis]; }
  int64_t left() const { return left(indices_.size() - 1); }
  // Goes on along an axis, by no more than is left of it.
  void advance(size_t axis, int64_t count) {
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
  void advance(int64_t count) { advance(indices_.size() - 1, count); }

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

// One operand as contiguous blocks: its own memory where that is in the output's order, else copies.
class Blocks {
 public:
  Blocks(const Walk& walk, const char* from, size_t bytes)
      : walk_(walk), from_(from), bytes_(bytes), isPlain_(walk.isPlain()), period_(walk.period()) {}

  // 0, or what the length of blocks should be a multiple of: then all blocks are alike.
  int64_t period() const { return period_ <= kBlock / 2 ? period_ : 0; }

  const char* at(int64_t begin, int64_t count) {
    if (isPlain_) return from_ + begin * static_cast<int64_t>(bytes_);
    if (period() == 0 || !isFilled_) walk_.copy(from_, block_, bytes_, begin, count);
    isFilled_ = true;
    return block_;
  }

 private:
  const Walk& walk_;
  const char* from_;
  size_t bytes_;
  bool isPlain_;
  int64_t period_;
  bool isFilled_ = false;
  // Copies may write a short row more than they were asked for.
  alignas(64) char block_[(kBlock + kShortRow) * 4];
};

void forBlocks(const Broadcast& broadcast, PairLoop loop, PairInputs in, PairOutput out, int64_t begin, int64_t end) {
  Blocks left(broadcast.left, in.a, in.bytes);
  Blocks right(broadcast.right, in.b, in.bytes);
  const int64_t period = std::max(left.period(), right.period());
  const int64_t block = period > 0 ? kBlock / period * period : kBlock;
  for (; begin < end; begin += block) {
    const int64_t count = std::min(block, end - begin);
    loop(left.at(begin, count), right.at(begin, count), out.y + begin * static_cast<int64_t>(out.bytes), count,
         Pair::kBoth);
  }
}

// Whether rows are short, or fairly so where blocks need no copies or a single one.
bool suitsBlocks(const Broadcast& broadcast) {
  const Walk& left = broadcast.left;
  const Walk& right = broadcast.right;
  const int64_t width = left.sizes.back();
  if (left.sizes.size() == 1) return false;
  if (width < kShortRow) return true;
  return width <= kBlock / 4 && (left.isPlain() || left.period() > 0) && (right.isPlain() || right.period() > 0);
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

int64_t Walk::period() const {
  int64_t length = 1;
  size_t axis = sizes.size();
  for (; axis > 0 && steps[axis - 1] == length; --axis) length *= sizes[axis - 1];
  for (; axis > 0; --axis) {
    if (steps[axis - 1] != 0) return 0;
  }
  return length;
}

// Each row is a store or two of a fixed length; the next row overwrites what is too much.
template <int kLength, typename T>
void repeatEach(const T* from, int64_t step, T* to, int64_t rows, int64_t width) {
  for (int64_t i = 0; i < rows; ++i) std::fill(to + i * width, to + i * width + kLength, from[i * step]);
}

template <typename T>
void Walk::copyElements(const T* from, T* to, int64_t begin, int64_t count) const {
  Cursor cursor(*this, begin);
  const int64_t width = sizes.back();
  const bool repeats = steps.back() == 0;
  const size_t rowAxis = sizes.size() - 2;
  const int64_t rowStep = steps[rowAxis];
  while (count > 0) {
    const T* row = from + cursor.offset();
    int64_t length = std::min(count, cursor.left());
    if (repeats && length == width) {
      const int64_t rows = std::min(count / width, cursor.left(rowAxis));
      (width <= 8 ? repeatEach<8, T> : repeatEach<kShortRow, T>)(row, rowStep, to, rows, width);
      length = rows * width;
      cursor.advance(rowAxis, rows);
    } else {
      for (int64_t i = 0; i < length; ++i) to[i] = repeats ? *row : row[i];
      cursor.advance(length);
    }
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
  (suitsBlocks(broadcast) ? forBlocks : forRows)(broadcast, loop, in, out, begin, end);
}

}  // namespace mix
