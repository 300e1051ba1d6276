// Weighted sums of a batch's rows, by a number a row or by masks, and their gradients. Sources are read where they lie.
#include "blend.hpp"

#include <cmath>
#include <cstring>

namespace mix {

namespace {

// One source of one row: its elements, and what they are multiplied by.
struct Term {
  const float* x;
  float share;        // with a number a row
  const float* mask;  // with masks: the share of pixel p is mask[p * stride], or 1 minus that
  bool isRest;
};

Term termOf(const float* x, const float* shares, const BlendShape& s, int64_t row, int64_t k) {
  if (!s.masked()) return {x, shares[row * s.count + k], nullptr, false};
  const bool isRest = s.channels != s.count && k == 1;
  return {x, 0, shares + row * s.maskStride() + (isRest ? 0 : k), isRest};
}

// What adding does not change, whatever its sign.
constexpr float kNothing = -0.0f;

// A share of 0 takes nothing of its source, not even a NaN.
inline float part(float share, float x) { return share == 0 ? kNothing : share * x; }

void sumScaled(const std::vector<Term>& terms, float* __restrict out, int64_t begin, int64_t end) {
  int64_t done = 0;
  for (const Term& term : terms) {
    if (term.share == 0) continue;
    const float* __restrict x = term.x;
    const float share = term.share;
    if (done++ > 0) {
      for (int64_t i = begin; i < end; ++i) out[i] = std::fma(share, x[i], out[i]);
    } else if (share == 1) {
      std::memcpy(out + begin, x + begin, (end - begin) * sizeof(float));
    } else {
      for (int64_t i = begin; i < end; ++i) out[i] = share * x[i];
    }
  }
  if (done == 0) std::memset(out + begin, 0, (end - begin) * sizeof(float));
}

// Elements handled at a time: the result and the shares stay in the nearest cache.
constexpr int64_t kBlock = 2048;

// The shares of `count` pixels, once for every element of a pixel. A stride of 0 stands for any other.
template <int kDepth, int kStride>
void spread(const float* __restrict mask, int64_t stride, bool isRest, int64_t count, float* __restrict shares) {
  const int64_t step = kStride > 0 ? kStride : stride;
  const float base = isRest ? 1.0f : 0.0f;
  const float sign = isRest ? -1.0f : 1.0f;
  for (int64_t p = 0; p < count; ++p) {
    const float share = std::fma(sign, mask[p * step], base);
    for (int c = 0; c < kDepth; ++c) shares[p * kDepth + c] = share;
  }
}

void addMasked(const float* __restrict shares, const float* __restrict x, bool first, float* __restrict out,
               int64_t count) {
  if (first) {
    for (int64_t i = 0; i < count; ++i) out[i] = part(shares[i], x[i]);
  } else {
    for (int64_t i = 0; i < count; ++i) out[i] += part(shares[i], x[i]);
  }
}

template <int kDepth>
void sumMaskedShallow(const std::vector<Term>& terms, int64_t stride, float* out, int64_t begin, int64_t end) {
  alignas(64) float shares[kBlock];
  constexpr int64_t kPixels = kBlock / kDepth;
  const auto spreadShares = stride == 1 ? spread<kDepth, 1> : stride == 2 ? spread<kDepth, 2> : spread<kDepth, 0>;
  for (int64_t first = begin; first < end; first += kPixels) {
    const int64_t count = first + kPixels < end ? kPixels : end - first;
    float* into = out + first * kDepth;
    if (terms.empty()) std::memset(into, 0, count * kDepth * sizeof(float));
    for (const Term& term : terms) {
      spreadShares(term.mask + first * stride, stride, term.isRest, count, shares);
      addMasked(shares, term.x + first * kDepth, &term == terms.data(), into, count * kDepth);
    }
  }
}

void sumMaskedDeep(const std::vector<Term>& terms, int64_t stride, int64_t depth, float* __restrict out, int64_t begin,
                   int64_t end) {
  for (int64_t p = begin; p < end; ++p) {
    float* __restrict into = out + p * depth;
    for (int64_t c = 0; c < depth; ++c) into[c] = terms.empty() ? 0 : kNothing;
    for (const Term& term : terms) {
      const float share = term.isRest ? 1 - term.mask[p * stride] : term.mask[p * stride];
      if (share == 0) continue;
      const float* __restrict x = term.x + p * depth;
      for (int64_t c = 0; c < depth; ++c) into[c] += share * x[c];
    }
  }
}

// out[row] = the sum of its terms, for each list of terms.
void sumTerms(const std::vector<std::vector<Term>>& lists, const BlendShape& s, float* out) {
  const int64_t cost = s.masked() ? s.depth * 2 : 1;
  overPixels(lists.size(), s.masked() ? s.pixels : s.size(), cost, [&](int64_t row, int64_t begin, int64_t end) {
    const auto& terms = lists[row];
    float* into = out + row * s.size();
    if (!s.masked()) return sumScaled(terms, into, begin, end);
    switch (s.depth) {
      case 1:
        return sumMaskedShallow<1>(terms, s.channels, into, begin, end);
      case 3:
        return sumMaskedShallow<3>(terms, s.channels, into, begin, end);
      case 4:
        return sumMaskedShallow<4>(terms, s.channels, into, begin, end);
      default:
        return sumMaskedDeep(terms, s.channels, s.depth, into, begin, end);
    }
  });
}

// (images, sources, shares, out, shape)
void blend(const Args& args) {
  const BlendShape s(args.integers(4));
  const float* images = args.floats(0, s.from * s.size());
  const int32_t* sources = checkedSources(args, 1, s);
  const float* shares = args.floats(2, s.sharesSize());
  std::vector<std::vector<Term>> lists(s.rows);
  for (int64_t row = 0; row < s.rows; ++row) {
    for (int64_t k = 0; k < s.count; ++k) {
      const float* x = images + sources[row * s.count + k] * s.size();
      lists[row].push_back(termOf(x, shares, s, row, k));
    }
  }
  sumTerms(lists, s, args.floats(3, s.rows * s.size()));
}

// (dy, sources, shares, dImages, shape): every image gathers from the rows that took it, so that no two threads write to one place.
void blendImagesGradient(const Args& args) {
  const BlendShape s(args.integers(4));
  const float* dy = args.floats(0, s.rows * s.size());
  const int32_t* sources = checkedSources(args, 1, s);
  const float* shares = args.floats(2, s.sharesSize());
  std::vector<std::vector<Term>> lists(s.from);
  for (int64_t row = 0; row < s.rows; ++row) {
    for (int64_t k = 0; k < s.count; ++k) {
      lists[sources[row * s.count + k]].push_back(termOf(dy + row * s.size(), shares, s, row, k));
    }
  }
  sumTerms(lists, s, args.floats(3, s.from * s.size()));
}

}  // namespace

void registerBlend(Exports& exports) {
  exports.add("blend", blend);
  exports.add("blendImagesGradient", blendImagesGradient);
  exports.add("blendMasksGradient", blendMasksGradient);
}

}  // namespace mix
