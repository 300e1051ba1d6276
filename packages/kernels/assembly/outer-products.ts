import { madd } from './arithmetic';

/** Adds to four rows (input channels) by eight columns (output channels) of one tap; the sums stay in registers. */
function tile4x8(
  x: usize,
  dy: usize,
  rows: i32,
  count: i32,
  xLine: usize,
  xStep: usize,
  dyLine: usize,
  dyStep: usize,
  target: usize,
  targetRow: usize,
): void {
  let w = target;
  let p0 = v128.load(w),
    p1 = v128.load(w, 16);
  w += targetRow;
  let q0 = v128.load(w),
    q1 = v128.load(w, 16);
  w += targetRow;
  let r0 = v128.load(w),
    r1 = v128.load(w, 16);
  w += targetRow;
  let s0 = v128.load(w),
    s1 = v128.load(w, 16);
  for (let row = 0; row < rows; row++) {
    let xAt = x,
      dyAt = dy;
    const end = dy + <usize>count * dyStep;
    while (dyAt !== end) {
      const y0 = v128.load(dyAt),
        y1 = v128.load(dyAt, 16);
      let v = v128.load32_splat(xAt);
      p0 = madd(p0, v, y0);
      p1 = madd(p1, v, y1);
      v = v128.load32_splat(xAt, 4);
      q0 = madd(q0, v, y0);
      q1 = madd(q1, v, y1);
      v = v128.load32_splat(xAt, 8);
      r0 = madd(r0, v, y0);
      r1 = madd(r1, v, y1);
      v = v128.load32_splat(xAt, 12);
      s0 = madd(s0, v, y0);
      s1 = madd(s1, v, y1);
      xAt += xStep;
      dyAt += dyStep;
    }
    x += xLine;
    dy += dyLine;
  }
  w = target;
  v128.store(w, p0);
  v128.store(w, p1, 16);
  w += targetRow;
  v128.store(w, q0);
  v128.store(w, q1, 16);
  w += targetRow;
  v128.store(w, r0);
  v128.store(w, r1, 16);
  w += targetRow;
  v128.store(w, s0);
  v128.store(w, s1, 16);
}

/** The same for up to three input channels; rows that are not there repeat the last one and are not stored. */
function tileNx8(
  channels: i32,
  x: usize,
  dy: usize,
  rows: i32,
  count: i32,
  xLine: usize,
  xStep: usize,
  dyLine: usize,
  dyStep: usize,
  target: usize,
  targetRow: usize,
): void {
  const second = <usize>min(1, channels - 1),
    third = <usize>min(2, channels - 1);
  let p0 = v128.load(target),
    p1 = v128.load(target, 16);
  let q0 = v128.load(target + second * targetRow),
    q1 = v128.load(target + second * targetRow, 16);
  let r0 = v128.load(target + third * targetRow),
    r1 = v128.load(target + third * targetRow, 16);
  for (let row = 0; row < rows; row++) {
    let xAt = x,
      dyAt = dy;
    const end = dy + <usize>count * dyStep;
    while (dyAt !== end) {
      const y0 = v128.load(dyAt),
        y1 = v128.load(dyAt, 16);
      let v = v128.load32_splat(xAt);
      p0 = madd(p0, v, y0);
      p1 = madd(p1, v, y1);
      v = v128.load32_splat(xAt + (second << 2));
      q0 = madd(q0, v, y0);
      q1 = madd(q1, v, y1);
      v = v128.load32_splat(xAt + (third << 2));
      r0 = madd(r0, v, y0);
      r1 = madd(r1, v, y1);
      xAt += xStep;
      dyAt += dyStep;
    }
    x += xLine;
    dy += dyLine;
  }
  v128.store(target, p0);
  v128.store(target, p1, 16);
  if (channels > 1) {
    v128.store(target + targetRow, q0);
    v128.store(target + targetRow, q1, 16);
  }
  if (channels > 2) {
    v128.store(target + 2 * targetRow, r0);
    v128.store(target + 2 * targetRow, r1, 16);
  }
}

function tileScalar(
  x: usize,
  dy: usize,
  rows: i32,
  count: i32,
  xLine: usize,
  xStep: usize,
  dyLine: usize,
  dyStep: usize,
  target: usize,
): void {
  let sum = load<f32>(target);
  for (let row = 0; row < rows; row++) {
    let xAt = x,
      dyAt = dy;
    const end = dy + <usize>count * dyStep;
    while (dyAt !== end) {
      sum += load<f32>(xAt) * load<f32>(dyAt);
      xAt += xStep;
      dyAt += dyStep;
    }
    x += xLine;
    dy += dyLine;
  }
  store<f32>(target, sum);
}

/**
 * Adds `Σ x[position, i] · dy[position, o]` over `rows` lines of `count` positions to `tap` `[channels, outChannels]`:
 * a product with its left side transposed, where nothing needs to be packed.
 */
export function addOuterProducts(
  channels: i32,
  outChannels: i32,
  x: usize,
  dy: usize,
  rows: i32,
  count: i32,
  xLine: usize,
  xStep: usize,
  dyLine: usize,
  dyStep: usize,
  tap: usize,
): void {
  const whole = outChannels & ~7;
  for (let i = 0; i < channels; i += 4) {
    const left = min(4, channels - i);
    const xAt = x + ((<usize>i) << 2);
    const row = tap + <usize>i * dyStep;
    for (let o = 0; o < whole; o += 8) {
      const at = (<usize>o) << 2;
      if (left === 4) tile4x8(xAt, dy + at, rows, count, xLine, xStep, dyLine, dyStep, row + at, dyStep);
      else tileNx8(left, xAt, dy + at, rows, count, xLine, xStep, dyLine, dyStep, row + at, dyStep);
    }
    for (let j = 0; j < left; j++) {
      for (let o = whole; o < outChannels; o++) {
        const at = (<usize>o) << 2;
        tileScalar(
          xAt + ((<usize>j) << 2),
          dy + at,
          rows,
          count,
          xLine,
          xStep,
          dyLine,
          dyStep,
          row + <usize>j * dyStep + at,
        );
      }
    }
  }
}
