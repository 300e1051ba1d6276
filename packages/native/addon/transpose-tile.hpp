// A tile of a matrix, transposed so that neither side is read or written in parts of cache lines.
#pragma once

#include <cstdint>
#include <cstring>

namespace mix {

constexpr int64_t kLine = 16;  // floats in a cache line

// The fastest of what was tried for images of 3 to 1024 channels; where one side is narrow, tiles are long on both.
inline int64_t tileAlongSource(int64_t a, int64_t b) { return a >= kLine && b >= kLine ? 32 : 1024; }
inline int64_t tileAlongTarget(int64_t a, int64_t b) { return a >= kLine && b >= kLine ? 128 : 1024; }

typedef uint32_t Four __attribute__((vector_size(16)));

#if defined(__clang__)
#define MIX_SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define MIX_SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, Four{i, j, k, l})
#endif

// to[a * 16 + b] = from[b * step + a] for a < 16 and the four b's.
inline void transposeFour(const uint32_t* from, int64_t step, uint32_t* to) {
  for (int64_t a = 0; a < kLine; a += 4) {
    Four rows[4];
    for (int64_t b = 0; b < 4; ++b) std::memcpy(&rows[b], from + b * step + a, sizeof(Four));
    const Four low01 = MIX_SHUFFLE(rows[0], rows[1], 0, 4, 1, 5), high01 = MIX_SHUFFLE(rows[0], rows[1], 2, 6, 3, 7);
    const Four low23 = MIX_SHUFFLE(rows[2], rows[3], 0, 4, 1, 5), high23 = MIX_SHUFFLE(rows[2], rows[3], 2, 6, 3, 7);
    const Four columns[4] = {MIX_SHUFFLE(low01, low23, 0, 1, 4, 5), MIX_SHUFFLE(low01, low23, 2, 3, 6, 7),
                             MIX_SHUFFLE(high01, high23, 0, 1, 4, 5), MIX_SHUFFLE(high01, high23, 2, 3, 6, 7)};
    for (int64_t i = 0; i < 4; ++i) std::memcpy(to + (a + i) * kLine, &columns[i], sizeof(Four));
  }
}

inline void transposeFour(const uint8_t* from, int64_t step, uint8_t* to) {
  for (int64_t a = 0; a < kLine; ++a) {
    for (int64_t b = 0; b < 4; ++b) to[a * kLine + b] = from[b * step + a];
  }
}

// to[a * toStep + b] = from[b * fromStep + a], for single elements.
template <typename T>
void transposeElements(const T* from, int64_t fromStep, T* to, int64_t toStep, int64_t aCount, int64_t bCount) {
  if (bCount < aCount) {
    for (int64_t b = 0; b < bCount; ++b) {
      for (int64_t a = 0; a < aCount; ++a) to[a * toStep + b] = from[b * fromStep + a];
    }
  } else {
    for (int64_t a = 0; a < aCount; ++a) {
      for (int64_t b = 0; b < bCount; ++b) to[a * toStep + b] = from[b * fromStep + a];
    }
  }
}

// The same, for whole lines as far as they go.
template <typename T>
void transposeTile(const T* from, int64_t fromStep, T* to, int64_t toStep, int64_t aCount, int64_t bCount) {
  const int64_t aLines = aCount / kLine * kLine, bLines = bCount / kLine * kLine;
  for (int64_t a = 0; a < aLines; a += kLine) {
    for (int64_t b = 0; b < bLines; b += kLine) {
      alignas(64) T block[kLine * kLine];
      for (int64_t i = 0; i < kLine; i += 4) transposeFour(from + (b + i) * fromStep + a, fromStep, block + i);
      for (int64_t i = 0; i < kLine; ++i) {
        std::memcpy(to + (a + i) * toStep + b, block + i * kLine, kLine * sizeof(T));
      }
    }
  }
  transposeElements(from + bLines * fromStep, fromStep, to + bLines, toStep, aLines, bCount - bLines);
  transposeElements(from + aLines, fromStep, to + aLines * toStep, toStep, aCount - aLines, bCount);
}

}  // namespace mix
