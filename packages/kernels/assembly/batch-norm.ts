import { sumRows } from './reduction';

// Statistics are taken about the mean of the first rows, so that a large offset costs no digits.
const SHIFT_ROWS: i32 = 256;
const BLOCK_ROWS: i32 = 64;

/** Adds `Σ (x − shift)` and `Σ (x − shift)²` of a block of rows to float64 sums `[2, channels]`. */
function addMoments(x: usize, rows: i32, channels: i32, shift: usize, sums: usize): void {
  const row = (<usize>channels) << 2;
  const squares = sums + ((<usize>channels) << 3);
  const vectors = channels & ~3;
  for (let c = 0; c < vectors; c += 4) {
    const at = (<usize>c) << 2;
    const center = v128.load(shift + at);
    let first = f32x4.splat(0),
      second = first;
    let from = x + at;
    for (let r = 0; r < rows; r++) {
      const d = f32x4.sub(v128.load(from), center);
      first = f32x4.add(first, d);
      second = f32x4.add(second, f32x4.mul(d, d));
      from += row;
    }
    addLanes(sums + ((<usize>c) << 3), first);
    addLanes(squares + ((<usize>c) << 3), second);
  }
  for (let c = vectors; c < channels; c++) {
    const at = (<usize>c) << 2;
    const center = load<f32>(shift + at);
    let first: f32 = 0,
      second: f32 = 0;
    let from = x + at;
    for (let r = 0; r < rows; r++) {
      const d = load<f32>(from) - center;
      first += d;
      second += d * d;
      from += row;
    }
    const wide = (<usize>c) << 3;
    store<f64>(sums + wide, load<f64>(sums + wide) + <f64>first);
    store<f64>(squares + wide, load<f64>(squares + wide) + <f64>second);
  }
}

/** Adds four float32 lanes to four float64 sums. */
export function addLanes(sums: usize, lanes: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(lanes)));
  const high = i8x16.shuffle(lanes, lanes, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(high)), 16);
}

/** Mean and biased variance of each column of `x [rows, channels]`. `scratch` takes `2 · channels` doubles. */
export function columnMoments(
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  variance: usize,
  scratch: usize,
): void {
  const first = min(rows, SHIFT_ROWS);
  sumRows(x, first, channels, mean, scratch, 1.0 / <f64>first);
  memory.fill(scratch, 0, (<usize>channels) << 4);
  const row = (<usize>channels) << 2;
  for (let r = 0; r < rows; r += BLOCK_ROWS) {
    addMoments(x + <usize>r * row, min(BLOCK_ROWS, rows - r), channels, mean, scratch);
  }
  const squares = scratch + ((<usize>channels) << 3);
  for (let c = 0; c < channels; c++) {
    const d = load<f64>(scratch + ((<usize>c) << 3)) / <f64>rows;
    const place = mean + ((<usize>c) << 2);
    store<f32>(place, <f32>(<f64>load<f32>(place) + d));
    const spread = load<f64>(squares + ((<usize>c) << 3)) / <f64>rows - d * d;
    store<f32>(variance + ((<usize>c) << 2), <f32>max<f64>(spread, 0));
  }
}

/**
 * `y = (x − mean)·factor + offset`, then `+ residual` when its pointer is not 0, then relu when asked;
 * `x` and `y` are `[rows, channels]`, the rest `[channels]`.
 */
export function normalize(
  x: usize,
  residual: usize,
  y: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  factor: usize,
  offset: usize,
  relu: bool,
): void {
  const vectors = channels & ~3;
  const floor = relu ? f32x4.splat(0) : f32x4.splat(<f32>-Infinity);
  const lowest: f32 = relu ? 0 : <f32>-Infinity;
  for (let r = 0; r < rows; r++) {
    let c = 0;
    for (; c < vectors; c += 4) {
      const at = (<usize>c) << 2;
      let v = f32x4.mul(f32x4.sub(v128.load(x), v128.load(mean + at)), v128.load(factor + at));
      v = f32x4.add(v, v128.load(offset + at));
      if (residual !== 0) {
        v = f32x4.add(v, v128.load(residual));
        residual += 16;
      }
      // f32x4.max hands NaN on, as relu must.
      v128.store(y, f32x4.max(v, floor));
      x += 16;
      y += 16;
    }
    for (; c < channels; c++) {
      const at = (<usize>c) << 2;
      let v = (load<f32>(x) - load<f32>(mean + at)) * load<f32>(factor + at) + load<f32>(offset + at);
      if (residual !== 0) {
        v += load<f32>(residual);
        residual += 4;
      }
      store<f32>(y, max(v, lowest));
      x += 4;
      y += 4;
    }
  }
}
