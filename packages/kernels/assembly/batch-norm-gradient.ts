import { addLanes } from './batch-norm';

const BLOCK_ROWS: i32 = 64;

/** The part of `dy` that relu lets through: all of it without relu, else where `y > 0`. */
function passed(dy: usize, y: usize, relu: bool): v128 {
  const g = v128.load(dy);
  return relu ? v128.and(g, f32x4.gt(v128.load(y), f32x4.splat(0))) : g;
}

/**
 * `dOffset = Σ g` and `dScale = Σ g·(x − mean)·rstd` over the rows, with `g` the part of `dy` that relu passes.
 * `scratch` takes `2 · channels` doubles.
 */
export function normGradientSums(
  dy: usize,
  y: usize,
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  rstd: usize,
  relu: bool,
  dScale: usize,
  dOffset: usize,
  scratch: usize,
): void {
  memory.fill(scratch, 0, (<usize>channels) << 4);
  const row = (<usize>channels) << 2;
  const products = scratch + ((<usize>channels) << 3);
  const vectors = channels & ~3;
  for (let top = 0; top < rows; top += BLOCK_ROWS) {
    const count = min(BLOCK_ROWS, rows - top);
    for (let c = 0; c < vectors; c += 4) {
      const center = v128.load(mean + ((<usize>c) << 2));
      let at = <usize>top * row + ((<usize>c) << 2);
      let sum = f32x4.splat(0),
        product = sum;
      for (let r = 0; r < count; r++) {
        const g = passed(dy + at, y + at, relu);
        sum = f32x4.add(sum, g);
        product = f32x4.add(product, f32x4.mul(g, f32x4.sub(v128.load(x + at), center)));
        at += row;
      }
      addLanes(scratch + ((<usize>c) << 3), sum);
      addLanes(products + ((<usize>c) << 3), product);
    }
    for (let c = vectors; c < channels; c++) {
      const center = load<f32>(mean + ((<usize>c) << 2));
      let at = <usize>top * row + ((<usize>c) << 2);
      let sum: f64 = 0,
        product: f64 = 0;
      for (let r = 0; r < count; r++) {
        const g: f32 = !relu || load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0;
        sum += <f64>g;
        product += <f64>(g * (load<f32>(x + at) - center));
        at += row;
      }
      const wide = (<usize>c) << 3;
      store<f64>(scratch + wide, load<f64>(scratch + wide) + sum);
      store<f64>(products + wide, load<f64>(products + wide) + product);
    }
  }
  for (let c = 0; c < channels; c++) {
    const at = (<usize>c) << 2,
      wide = (<usize>c) << 3;
    store<f32>(dOffset + at, <f32>load<f64>(scratch + wide));
    store<f32>(dScale + at, <f32>(load<f64>(products + wide) * <f64>load<f32>(rstd + at)));
  }
}

/**
 * `dx = a·g + b·(x − mean) + c`, coefficients `[channels]`; writes `g` too when `dResidual` is not 0.
 */
export function normInputGradient(
  dy: usize,
  y: usize,
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  a: usize,
  b: usize,
  c: usize,
  relu: bool,
  dx: usize,
  dResidual: usize,
): void {
  const vectors = channels & ~3;
  let at: usize = 0;
  for (let r = 0; r < rows; r++) {
    let i = 0;
    for (; i < vectors; i += 4) {
      const k = (<usize>i) << 2;
      const g = passed(dy + at, y + at, relu);
      let v = f32x4.mul(f32x4.sub(v128.load(x + at), v128.load(mean + k)), v128.load(b + k));
      v = f32x4.add(f32x4.add(v, v128.load(c + k)), f32x4.mul(g, v128.load(a + k)));
      v128.store(dx + at, v);
      if (dResidual !== 0) v128.store(dResidual + at, g);
      at += 16;
    }
    for (; i < channels; i++) {
      const k = (<usize>i) << 2;
      const g: f32 = !relu || load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0;
      const v = (load<f32>(x + at) - load<f32>(mean + k)) * load<f32>(b + k) + load<f32>(c + k);
      store<f32>(dx + at, v + g * load<f32>(a + k));
      if (dResidual !== 0) store<f32>(dResidual + at, g);
      at += 4;
    }
  }
}
