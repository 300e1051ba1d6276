import { madd } from './arithmetic';
import { addLanes } from './batch-norm';

const BLOCK_ROWS: i32 = 64;

// @inline
function total(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

function meanOf(x: usize, channels: i32): f32 {
  let sum = f32x4.splat(0);
  let c = 0;
  for (; c + 4 <= channels; c += 4) sum = f32x4.add(sum, v128.load(x + ((<usize>c) << 2)));
  let all = total(sum);
  for (; c < channels; c++) all += load<f32>(x + ((<usize>c) << 2));
  return all / <f32>channels;
}

function varianceOf(x: usize, channels: i32, mean: f32): f32 {
  const center = f32x4.splat(mean);
  let sum = f32x4.splat(0);
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    const apart = f32x4.sub(v128.load(x + ((<usize>c) << 2)), center);
    sum = madd(sum, apart, apart);
  }
  let all = total(sum);
  for (; c < channels; c++) {
    const apart = load<f32>(x + ((<usize>c) << 2)) - mean;
    all += apart * apart;
  }
  return all / <f32>channels;
}

/** Every row by its own mean and biased variance, which are kept: `y = (x − mean) · rstd · scale + offset`. */
export function layerNorm(
  x: usize,
  scale: usize,
  offset: usize,
  y: usize,
  means: usize,
  variances: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
): void {
  for (let row = 0; row < rows; row++) {
    const mean = meanOf(x, channels);
    const variance = varianceOf(x, channels, mean);
    const factor: f32 = 1 / sqrt(variance + epsilon);
    const center = f32x4.splat(mean),
      factors = f32x4.splat(factor);
    let c = 0;
    for (; c + 4 <= channels; c += 4) {
      const at = (<usize>c) << 2;
      const normal = f32x4.mul(f32x4.sub(v128.load(x + at), center), factors);
      v128.store(y + at, madd(v128.load(offset + at), normal, v128.load(scale + at)));
    }
    for (; c < channels; c++) {
      const at = (<usize>c) << 2;
      store<f32>(
        y + at,
        (load<f32>(x + at) - mean) * factor * load<f32>(scale + at) + load<f32>(offset + at),
      );
    }
    store<f32>(means, mean);
    store<f32>(variances, variance);
    x += (<usize>channels) << 2;
    y += (<usize>channels) << 2;
    means += 4;
    variances += 4;
  }
}

/**
 * With `n = (x − mean) · rstd` and `g = dy · scale`: `dx = rstd · (g − mean(g) − n · mean(g · n))`, `dScale = Σ dy · n`,
 * `dOffset = Σ dy`. `scratch` takes `2 · channels` doubles, then as many floats.
 */
export function layerNormGradient(
  dy: usize,
  x: usize,
  scale: usize,
  means: usize,
  variances: usize,
  dx: usize,
  dScale: usize,
  dOffset: usize,
  rows: i32,
  channels: i32,
  epsilon: f32,
  scratch: usize,
): void {
  const line = (<usize>channels) << 2;
  const block = scratch + 4 * line;
  memory.fill(scratch, 0, 6 * line);
  for (let row = 0; row < rows; row++) {
    const mean = load<f32>(means + ((<usize>row) << 2));
    const factor: f32 = 1 / sqrt(load<f32>(variances + ((<usize>row) << 2)) + epsilon);
    rowGradient(dy, x, scale, mean, factor, dx, channels, block, block + line);
    dy += line;
    x += line;
    dx += line;
    if ((row + 1) % BLOCK_ROWS === 0 || row + 1 === rows) settle(scratch, block, 2 * channels);
  }
  for (let c = 0; c < channels; c++) {
    const at = (<usize>c) << 2;
    store<f32>(dScale + at, <f32>load<f64>(scratch + 2 * at));
    store<f32>(dOffset + at, <f32>load<f64>(scratch + 2 * (line + at)));
  }
}

function rowGradient(
  dy: usize,
  x: usize,
  scale: usize,
  mean: f32,
  factor: f32,
  dx: usize,
  channels: i32,
  scaleSums: usize,
  offsetSums: usize,
): void {
  const center = f32x4.splat(mean),
    factors = f32x4.splat(factor);
  let sums = f32x4.splat(0),
    products = sums;
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    const at = (<usize>c) << 2;
    const outer = v128.load(dy + at);
    const normal = f32x4.mul(f32x4.sub(v128.load(x + at), center), factors);
    const g = f32x4.mul(outer, v128.load(scale + at));
    sums = f32x4.add(sums, g);
    products = madd(products, g, normal);
    v128.store(scaleSums + at, madd(v128.load(scaleSums + at), outer, normal));
    v128.store(offsetSums + at, f32x4.add(v128.load(offsetSums + at), outer));
  }
  let sum = total(sums),
    product = total(products);
  for (; c < channels; c++) {
    const at = (<usize>c) << 2;
    const outer = load<f32>(dy + at);
    const normal = (load<f32>(x + at) - mean) * factor;
    sum += outer * load<f32>(scale + at);
    product += outer * load<f32>(scale + at) * normal;
    store<f32>(scaleSums + at, load<f32>(scaleSums + at) + outer * normal);
    store<f32>(offsetSums + at, load<f32>(offsetSums + at) + outer);
  }
  sum /= <f32>channels;
  product /= <f32>channels;
  const evenly = f32x4.splat(sum),
    along = f32x4.splat(product);
  for (c = 0; c + 4 <= channels; c += 4) {
    const at = (<usize>c) << 2;
    const normal = f32x4.mul(f32x4.sub(v128.load(x + at), center), factors);
    const g = f32x4.sub(f32x4.mul(v128.load(dy + at), v128.load(scale + at)), evenly);
    v128.store(dx + at, f32x4.mul(factors, f32x4.sub(g, f32x4.mul(normal, along))));
  }
  for (; c < channels; c++) {
    const at = (<usize>c) << 2;
    const normal = (load<f32>(x + at) - mean) * factor;
    store<f32>(dx + at, factor * (load<f32>(dy + at) * load<f32>(scale + at) - sum - normal * product));
  }
}

/** Adds the sums of some rows, in single precision so far, to those of all, and begins anew. */
function settle(totals: usize, sums: usize, count: i32): void {
  let c = 0;
  for (; c + 4 <= count; c += 4) {
    addLanes(totals + ((<usize>c) << 3), v128.load(sums + ((<usize>c) << 2)));
  }
  for (; c < count; c++) {
    const at = totals + ((<usize>c) << 3);
    store<f64>(at, load<f64>(at) + <f64>load<f32>(sums + ((<usize>c) << 2)));
  }
  memory.fill(sums, 0, (<usize>count) << 2);
}
