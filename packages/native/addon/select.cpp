// Choosing between two arrays by a condition.
#include <cstring>

#include "args.hpp"
#include "element-type.hpp"
#include "threads.hpp"

namespace mix {

namespace {

template <typename T>
void selectElements(const uint8_t* condition, const T* yes, const T* no, T* y, int64_t begin, int64_t end) {
#pragma omp simd
  for (int64_t i = begin; i < end; ++i) y[i] = condition[i] == 1 ? yes[i] : no[i];
}

ElementType typeOf(const Args& args, size_t index) {
  const std::string name = args.text(index);
  if (name == "float32") return ElementType::kFloat;
  if (name == "int32") return ElementType::kInt;
  if (name == "bool") return ElementType::kBool;
  throw std::runtime_error("no element type " + name);
}

// (type, condition, yes, no, y, rows, width): one condition for every row of `width` elements.
void select(const Args& args) {
  const ElementType type = typeOf(args, 0);
  const int64_t rows = args.integer(5);
  const int64_t width = args.integer(6);
  const auto* condition = args.array<uint8_t>(1, static_cast<size_t>(rows));
  const char* yes = elements(args, 2, rows * width, type);
  const char* no = elements(args, 3, rows * width, type);
  char* y = elements(args, 4, rows * width, type);
  const auto rowBytes = static_cast<size_t>(width) * bytesOf(type);
  parallelRanges(
      rows, width,
      [&](int64_t begin, int64_t end) {
        if (rowBytes == 4) {
          selectElements(condition, reinterpret_cast<const uint32_t*>(yes), reinterpret_cast<const uint32_t*>(no),
                         reinterpret_cast<uint32_t*>(y), begin, end);
        } else if (rowBytes == 1) {
          selectElements(condition, reinterpret_cast<const uint8_t*>(yes), reinterpret_cast<const uint8_t*>(no),
                         reinterpret_cast<uint8_t*>(y), begin, end);
        } else {
          for (int64_t row = begin; row < end; ++row) {
            const size_t offset = static_cast<size_t>(row) * rowBytes;
            std::memcpy(y + offset, (condition[row] == 1 ? yes : no) + offset, rowBytes);
          }
        }
      },
      width == 1 ? 64 : 1);
}

}  // namespace

void registerSelect(Exports& exports) { exports.add("select", select); }

}  // namespace mix
