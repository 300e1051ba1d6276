import { madd } from './arithmetic';
import { expNegative } from './exponential';
import { gemmPacked, packPanels } from './gemm';

// qkv and its gradient are [batch, tokens, 3, heads, size], the output [batch, tokens, heads, size], weights [batch, heads, tokens, tokens],
// the bias, 0 where there is none, [kinds, heads, tokens, tokens]. Scratch takes what `attentionScratch` says.

/** Multi-head attention, head by head. */
export function attention(
  qkv: usize,
  bias: usize,
  output: usize,
  weights: usize,
  scratch: usize,
  batch: i32,
  tokens: i32,
  heads: i32,
  size: i32,
  kinds: i32,
  scale: f32,
): void {
  const width = (<usize>(heads * size)) << 2;
  const row = (<usize>tokens) << 2;
  const square = <usize>tokens * row;
  for (let image = 0; image < batch; image++) {
    for (let head = 0; head < heads; head++) {
      const inner = (<usize>(head * size)) << 2;
      const query = qkv + <usize>(image * tokens) * 3 * width + inner;
      packPanels(query + width, 4, 3 * width, size, tokens, scratch);
      gemmPacked(true, tokens, tokens, size, query, 3 * width, 4, scratch, (<usize>size) << 5, weights, row);
      const added = bias === 0 ? 0 : bias + <usize>((image % kinds) * heads + head) * square;
      for (let i: usize = 0; i < <usize>tokens; i++) {
        softmax(weights + i * row, added === 0 ? 0 : added + i * row, tokens, scale);
      }
      packPanels(query + 2 * width, 3 * width, 4, tokens, size, scratch);
      const to = output + <usize>(image * tokens) * width + inner;
      gemmPacked(true, tokens, size, tokens, weights, row, 4, scratch, (<usize>tokens) << 5, to, width);
      weights += square;
    }
  }
}

/** `x = softmax(scale · x + bias)`. */
function softmax(x: usize, bias: usize, count: i32, scale: f32): void {
  const vectors = count & ~3;
  const factor = f32x4.splat(scale);
  let most: f32 = -Infinity;
  let highest = f32x4.splat(-Infinity);
  for (let i = 0; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    let value = f32x4.mul(v128.load(x + at), factor);
    if (bias !== 0) value = f32x4.add(value, v128.load(bias + at));
    v128.store(x + at, value);
    highest = f32x4.max(highest, value);
  }
  for (let i = vectors; i < count; i++) {
    const at = (<usize>i) << 2;
    let value = load<f32>(x + at) * scale;
    if (bias !== 0) value += load<f32>(bias + at);
    store<f32>(x + at, value);
    most = max(most, value);
  }
  most = max(
    most,
    max(
      max(f32x4.extract_lane(highest, 0), f32x4.extract_lane(highest, 1)),
      max(f32x4.extract_lane(highest, 2), f32x4.extract_lane(highest, 3)),
    ),
  );
  const largest = f32x4.splat(most);
  let sum: f32 = 0;
  let sums = f32x4.splat(0);
  for (let i = 0; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    const power = expNegative(f32x4.sub(v128.load(x + at), largest));
    v128.store(x + at, power);
    sums = f32x4.add(sums, power);
  }
  for (let i = vectors; i < count; i++) {
    const at = (<usize>i) << 2;
    const power = f32x4.extract_lane(expNegative(f32x4.splat(load<f32>(x + at) - most)), 0);
    store<f32>(x + at, power);
    sum += power;
  }
  scaleRow(x, count, 1 / (sum + total(sums)));
}

// @inline
function total(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

function scaleRow(x: usize, count: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = x + ((<usize>i) << 2);
    v128.store(at, f32x4.mul(v128.load(at), factors));
  }
  for (; i < count; i++) {
    const at = x + ((<usize>i) << 2);
    store<f32>(at, load<f32>(at) * factor);
  }
}

/** Its gradients: by queries, keys and values, and added to the zeroed `dBias` where that is not 0. `dWeights` may be 0. */
export function attentionGradient(
  dOutput: usize,
  dWeights: usize,
  qkv: usize,
  weights: usize,
  dQkv: usize,
  dBias: usize,
  scratch: usize,
  batch: i32,
  tokens: i32,
  heads: i32,
  size: i32,
  kinds: i32,
  scale: f32,
): void {
  const width = (<usize>(heads * size)) << 2;
  const step = 3 * width;
  const row = (<usize>tokens) << 2;
  const square = <usize>tokens * row;
  const scores = scratch + packedBytes(tokens, size);
  for (let image = 0; image < batch; image++) {
    for (let head = 0; head < heads; head++) {
      const inner = (<usize>(head * size)) << 2;
      const at = <usize>(image * tokens) * step + inner;
      const query = qkv + at,
        dQuery = dQkv + at;
      const outer = dOutput + <usize>(image * tokens) * width + inner;
      packPanels(query + 2 * width, 4, step, size, tokens, scratch);
      gemmPacked(true, tokens, tokens, size, outer, width, 4, scratch, (<usize>size) << 5, scores, row);
      const added = dBias === 0 ? 0 : dBias + <usize>((image % kinds) * heads + head) * square;
      for (let i: usize = 0; i < <usize>tokens; i++) {
        const line = i * row;
        scoreGradient(
          scores + line,
          weights + line,
          dWeights === 0 ? 0 : dWeights + line,
          added === 0 ? 0 : added + line,
          tokens,
          scale,
        );
      }
      const panel = (<usize>tokens) << 5;
      packPanels(query + width, step, 4, tokens, size, scratch);
      gemmPacked(true, tokens, size, tokens, scores, row, 4, scratch, panel, dQuery, step);
      packPanels(query, step, 4, tokens, size, scratch);
      gemmPacked(true, tokens, size, tokens, scores, 4, row, scratch, panel, dQuery + width, step);
      packPanels(outer, width, 4, tokens, size, scratch);
      gemmPacked(true, tokens, size, tokens, weights, 4, row, scratch, panel, dQuery + 2 * width, step);
      weights += square;
      if (dWeights !== 0) dWeights += square;
    }
  }
}

/** From the gradient `x` by a row of weights `y` to that by the scores: `y · (x − Σ x·y)`, added to the bias's, then scaled. */
function scoreGradient(x: usize, y: usize, more: usize, dBias: usize, count: i32, scale: f32): void {
  const vectors = count & ~3;
  let sums = f32x4.splat(0);
  let sum: f32 = 0;
  for (let i = 0; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    let value = v128.load(x + at);
    if (more !== 0) value = f32x4.add(value, v128.load(more + at));
    v128.store(x + at, value);
    sums = madd(sums, value, v128.load(y + at));
  }
  for (let i = vectors; i < count; i++) {
    const at = (<usize>i) << 2;
    const value: f32 = more === 0 ? load<f32>(x + at) : load<f32>(x + at) + load<f32>(more + at);
    store<f32>(x + at, value);
    sum += value * load<f32>(y + at);
  }
  sum += total(sums);
  const along = f32x4.splat(sum);
  for (let i = 0; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    const value = f32x4.mul(v128.load(y + at), f32x4.sub(v128.load(x + at), along));
    v128.store(x + at, value);
    if (dBias !== 0) v128.store(dBias + at, f32x4.add(v128.load(dBias + at), value));
  }
  for (let i = vectors; i < count; i++) {
    const at = (<usize>i) << 2;
    const value = load<f32>(y + at) * (load<f32>(x + at) - sum);
    store<f32>(x + at, value);
    if (dBias !== 0) store<f32>(dBias + at, load<f32>(dBias + at) + value);
  }
  scaleRow(x, count, scale);
}

// Of tokens by size, in panels of eight columns, whichever side is theirs.
function packedBytes(tokens: i32, size: i32): usize {
  return (<usize>max(size * ((tokens + 7) & ~7), tokens * ((size + 7) & ~7))) << 2;
}

/** Floats of scratch that both take. */
export function attentionScratch(tokens: i32, size: i32): i32 {
  return <i32>(packedBytes(tokens, size) >> 2) + tokens * tokens;
}
