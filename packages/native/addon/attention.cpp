// Multi-head attention from queries, keys and values that lie packed in one array, head by head: what belongs to a head stays in
// cache, and nothing is transposed in memory.
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "args.hpp"
#include "block-products.hpp"
#include "context.hpp"
#include "row-tiles.hpp"
#include "softmax-rows.hpp"
#include "threads.hpp"

namespace mix {

namespace {

// As many rows of scores at once as a second cache holds beside the rest.
constexpr int64_t kScoreBytes = 256 << 10;

int64_t roundUp(int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

// qkv and its gradient are [batch, tokens, 3, heads, size], the output [batch, tokens, heads, size], weights [batch, heads, tokens, tokens],
// the bias, where there is one, [kinds, heads, tokens, tokens].
struct Geometry {
  int64_t batch, tokens, heads, size, kinds;
  int64_t wideTokens, wideSize;  // rounded up to whole vectors
  int64_t block;                 // rows of scores at once

  Geometry(int64_t batch, int64_t tokens, int64_t heads, int64_t size, int64_t kinds)
      : batch(batch), tokens(tokens), heads(heads), size(size), kinds(kinds), wideTokens(roundUp(tokens)), wideSize(roundUp(size)) {
    if (kinds > 0 && batch % kinds != 0) throw std::runtime_error("every kind of bias is for as many of the batch");
    const int64_t fitting = kScoreBytes / static_cast<int64_t>(sizeof(float)) / std::max<int64_t>(wideTokens, 1);
    block = std::min(tokens, std::max<int64_t>(fitting / kBlockRows, 1) * kBlockRows);
  }

  int64_t width() const { return heads * size; }
  int64_t packedStep() const { return 3 * width(); }
  int64_t weightCount() const { return batch * heads * tokens * tokens; }
  int64_t outputCount() const { return batch * tokens * width(); }
  // Where the queries of a head begin; the keys and the values lie a width further each.
  int64_t packedAt(int64_t head) const { return head / heads * tokens * packedStep() + head % heads * size; }
  int64_t outputAt(int64_t head) const { return head / heads * tokens * width() + head % heads * size; }
  int64_t weightsAt(int64_t head) const { return head * tokens * tokens; }
  int64_t biasCount() const { return kinds * heads * tokens * tokens; }
  int64_t biasAt(int64_t head) const { return head % (kinds * heads) * tokens * tokens; }
};

// The product of a[rows, depth] and the plain matrix b[depth, columns].
template <bool kAdd>
void multiply(const float* a, int64_t rowStep, int64_t depthStep, const float* b, int64_t rows, int64_t columns,
              int64_t depth, float* c) {
  matrixProduct<kAdd>(a, rowStep, depthStep, b, columns, kPanel, rows, columns, depth, c, columns);
}

struct ForwardScratch {
  float *keys, *values, *scores, *mixed;

  static int64_t count(const Geometry& g) {
    return g.size * g.wideTokens + g.tokens * g.wideSize + g.block * (g.wideTokens + g.wideSize);
  }
  ForwardScratch(const Geometry& g, float* memory)
      : keys(memory), values(keys + g.size * g.wideTokens), scores(values + g.tokens * g.wideSize), mixed(scores + g.block * g.wideTokens) {}
};

// x = scale * x + bias, for rows that are `wide` apart
void addBias(float* x, const float* bias, int64_t rows, int64_t columns, int64_t wide, float scale) {
  for (int64_t row = 0; row < rows; ++row, x += wide, bias += columns) {
#pragma omp simd
    for (int64_t i = 0; i < columns; ++i) x[i] = scale * x[i] + bias[i];
  }
}

// `next` is where the queries of the head after this one begin; `bias` may be null.
void attendHead(const Geometry& g, const float* queries, const float* next, const float* bias, float scale, float* output,
                float* weights, const ForwardScratch& s) {
  const int64_t step = g.packedStep();
  prefetch<false>(queries, step, g.tokens, g.size);
  gatherTransposed(queries + g.width(), step, g.tokens, g.size, s.keys, g.wideTokens);
  prefetch<false>(queries + 2 * g.width(), step, g.tokens, g.size);
  for (int64_t first = 0; first < g.tokens; first += g.block) {
    const int64_t rows = std::min(g.block, g.tokens - first);
    multiply<false>(queries + first * step, step, 1, s.keys, rows, g.wideTokens, g.size, s.scores);
    prefetch<true>(weights + first * g.tokens, g.tokens, rows, g.tokens);
    if (bias != nullptr) addBias(s.scores, bias + first * g.tokens, rows, g.tokens, g.wideTokens, scale);
    softmaxRows(s.scores, s.scores, rows, g.tokens, g.wideTokens, bias == nullptr ? scale : 1.0f);
    scatter(s.scores, g.wideTokens, rows, g.tokens, weights + first * g.tokens, g.tokens);
    if (first == 0) gather(queries + 2 * g.width(), step, g.tokens, g.size, s.values, g.wideSize);
    prefetch<true>(output + first * g.width(), g.width(), rows, g.size);
    if (first == 0) prefetch<false>(next + g.width(), step, g.tokens, g.size);
    multiply<false>(s.scores, g.wideTokens, 1, s.values, rows, g.wideSize, g.tokens, s.mixed);
    scatter(s.mixed, g.wideSize, rows, g.size, output + first * g.width(), g.width());
  }
}

struct BackwardScratch {
  float *values, *keys, *queries, *outer, *scores, *dQueries, *dKeys, *dValues;

  static int64_t count(const Geometry& g) {
    return g.size * g.wideTokens + 3 * g.tokens * g.wideSize + g.block * (g.wideTokens + 3 * g.wideSize);
  }
  BackwardScratch(const Geometry& g, float* memory) {
    const int64_t all = g.tokens * g.wideSize, some = g.block * g.wideSize;
    values = memory;
    keys = values + g.size * g.wideTokens;
    dKeys = keys + all;
    dValues = dKeys + all;
    queries = dValues + all;
    outer = queries + some;
    dQueries = outer + some;
    scores = dQueries + some;
  }
};

// total += x; x = scale * x
void addToBias(float* x, float* total, int64_t count, float scale) {
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    total[i] += x[i];
    x[i] *= scale;
  }
}

// The gradient by the rows' scores, from that by their weights: what comes through the output, and `dWeights` where it is given. That by
// the bias is added to `dBias`, where there is one.
void scoreGradients(const Geometry& g, int64_t rows, const float* weights, const float* dWeights, float* dBias, float scale,
                    const BackwardScratch& s) {
  multiply<false>(s.outer, g.wideSize, 1, s.values, rows, g.wideTokens, g.size, s.scores);
  for (int64_t row = 0; row < rows; ++row) {
    float* gradient = s.scores + row * g.wideTokens;
    if (dWeights != nullptr) {
      for (int64_t i = 0; i < g.tokens; ++i) gradient[i] += dWeights[row * g.tokens + i];
    }
    softmaxRowGradient(gradient, weights + row * g.tokens, gradient, g.tokens, dBias == nullptr ? scale : 1.0f);
    if (dBias != nullptr) addToBias(gradient, dBias + row * g.tokens, g.tokens, scale);
  }
}

// `next` and `nextOutput` are where the queries and the output's gradient of the head after this one begin.
void headGradient(const Geometry& g, const float* queries, const float* next, const float* weights, float scale,
                  const float* dOutput, const float* nextOutput, const float* dWeights, float* dQueries, float* dBias,
                  const BackwardScratch& s) {
  const int64_t step = g.packedStep(), width = g.width();
  const bool hasOuter = dOutput != nullptr;
  prefetch<false>(queries + width, step, g.tokens, g.size);
  gatherTransposed(queries + 2 * width, step, g.tokens, g.size, s.values, g.wideTokens);
  for (int64_t first = 0; first < g.tokens; first += g.block) {
    const int64_t rows = std::min(g.block, g.tokens - first);
    const int64_t at = first * g.tokens;
    gather(hasOuter ? dOutput + first * width : nullptr, width, rows, g.size, s.outer, g.wideSize);
    prefetch<false>(weights + at, g.tokens, rows, g.tokens);
    prefetch<false>(queries + first * step, step, rows, g.size);
    scoreGradients(g, rows, weights + at, dWeights == nullptr ? nullptr : dWeights + at,
                   dBias == nullptr ? nullptr : dBias + at, scale, s);
    if (first == 0) gather(queries + width, step, g.tokens, g.size, s.keys, g.wideSize);
    gather(queries + first * step, step, rows, g.size, s.queries, g.wideSize);
    prefetch<true>(dQueries + first * step, step, rows, g.size);
    multiply<false>(s.scores, g.wideTokens, 1, s.keys, rows, g.wideSize, g.tokens, s.dQueries);
    scatter(s.dQueries, g.wideSize, rows, g.size, dQueries + first * step, step);
    const auto add = first == 0 ? multiply<false> : multiply<true>;
    prefetch<true>(dQueries + width, step, g.tokens, g.size);
    add(s.scores, 1, g.wideTokens, s.queries, g.tokens, g.wideSize, rows, s.dKeys);
    prefetch<true>(dQueries + 2 * width, step, g.tokens, g.size);
    add(weights + at, 1, g.tokens, s.outer, g.tokens, g.wideSize, rows, s.dValues);
  }
  scatter(s.dKeys, g.wideSize, g.tokens, g.size, dQueries + width, step);
  prefetch<false>(next + 2 * width, step, g.tokens, g.size);
  if (hasOuter) prefetch<false>(nextOutput, width, g.tokens, g.size);
  scatter(s.dValues, g.wideSize, g.tokens, g.size, dQueries + 2 * width, step);
}

// body(head, next, scratch) for every head of every image, over threads; next is the head that comes after, or the last once more. All
// that have one bias in common can be left to one thread, one after another.
template <typename Scratch, typename Body>
void eachHead(Context& context, const Geometry& g, bool byBias, const Body& body) {
  const int64_t count = Scratch::count(g), cost = g.tokens * g.tokens * g.size / 4;
  const int64_t apart = byBias ? g.kinds * g.heads : g.batch * g.heads, together = byBias ? g.batch / g.kinds : 1;
  float* memory = context.scratch.floats(count * omp_get_max_threads());
  parallelRanges(apart, cost * together, [&](int64_t begin, int64_t end) {
    const Scratch scratch(g, memory + omp_get_thread_num() * count);
    const auto headAt = [&](int64_t i) { return i % together * apart + begin + i / together; };
    const int64_t all = (end - begin) * together;
    for (int64_t i = 0; i < all; ++i) body(headAt(i), headAt(std::min(i + 1, all - 1)), scratch);
  });
}

Geometry geometryOf(const std::vector<int64_t>& sizes) {
  if (sizes.size() != 5) throw std::runtime_error("attention has five sizes");
  return {sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]};
}

// (qkv, bias or null, output, weights, [batch, tokens, heads, size, kinds of bias], scale)
void attention(const Args& args) {
  const Geometry g = geometryOf(args.integers(4));
  const float* qkv = args.floats(0, 3 * g.outputCount());
  const float* bias = args.optionalFloats(1, g.biasCount());
  float* output = args.floats(2, g.outputCount());
  float* weights = args.floats(3, g.weightCount());
  const auto scale = static_cast<float>(args.number(5));
  eachHead<ForwardScratch>(args.context(), g, false, [&](int64_t head, int64_t next, const ForwardScratch& scratch) {
    attendHead(g, qkv + g.packedAt(head), qkv + g.packedAt(next), bias == nullptr ? nullptr : bias + g.biasAt(head), scale,
               output + g.outputAt(head), weights + g.weightsAt(head), scratch);
  });
}

// (dOutput or null, dWeights or null, qkv, weights, dQkv, dBias or null, [batch, tokens, heads, size, kinds of bias], scale)
void attentionGradient(const Args& args) {
  const Geometry g = geometryOf(args.integers(6));
  const float* dOutput = args.optionalFloats(0, g.outputCount());
  const float* dWeights = args.optionalFloats(1, g.weightCount());
  const float* qkv = args.floats(2, 3 * g.outputCount());
  const float* weights = args.floats(3, g.weightCount());
  float* dQkv = args.floats(4, 3 * g.outputCount());
  float* dBias = args.optionalFloats(5, g.biasCount());
  const auto scale = static_cast<float>(args.number(7));
  if (dBias != nullptr) std::fill_n(dBias, g.biasCount(), 0.0f);
  const auto outerAt = [&](int64_t head) { return dOutput == nullptr ? nullptr : dOutput + g.outputAt(head); };
  eachHead<BackwardScratch>(args.context(), g, dBias != nullptr, [&](int64_t head, int64_t next, const BackwardScratch& scratch) {
    headGradient(g, qkv + g.packedAt(head), qkv + g.packedAt(next), weights + g.weightsAt(head), scale, outerAt(head),
                 outerAt(next), dWeights == nullptr ? nullptr : dWeights + g.weightsAt(head), dQkv + g.packedAt(head),
                 dBias == nullptr ? nullptr : dBias + g.biasAt(head), scratch);
  });
}

}  // namespace

void registerAttention(Exports& exports) {
  exports.add("attention", attention);
  exports.add("attentionGradient", attentionGradient);
}

}  // namespace mix
