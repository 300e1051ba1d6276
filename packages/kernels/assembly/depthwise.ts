import { endValid, firstValid, madd } from './arithmetic';

/**
 * Adds the input gradient (`toInput`) or the filter gradient of a depthwise convolution with `multiplier`
 * outputs per channel to the zeroed `x`, or to the zeroed `filter`, tap by tap and row by row.
 */
export function depthwiseGradient(
  toInput: bool,
  x: usize,
  filter: usize,
  dy: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  multiplier: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel = (<usize>channels) << 2;
  const outPixel = pixel * multiplier;
  const step = pixel * strideX;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ky = 0; ky < filterHeight; ky++) {
        const y = oy * strideY - padTop + ky * dilationY;
        if (y < 0 || y >= height) continue;
        for (let kx = 0; kx < filterWidth; kx++) {
          const shift = kx * dilationX - padLeft;
          const ox = firstValid(shift, strideX, outWidth);
          const count = endValid(shift, strideX, outWidth, width) - ox;
          if (count <= 0) continue;
          const row = x + <usize>((n * height + y) * width + ox * strideX + shift) * pixel;
          const dyRow = dy + <usize>((n * outHeight + oy) * outWidth + ox) * outPixel;
          const tap = filter + <usize>(ky * filterWidth + kx) * outPixel;
          if (multiplier === 1) {
            if (toInput) addProducts(row, tap, dyRow, count, channels, step, pixel);
            else addToFilter(row, tap, dyRow, count, channels, step);
          }
          const done = multiplier === 1 ? channels & ~15 : 0;
          addSingly(toInput, row, tap, dyRow, count, done, channels, multiplier, step, outPixel);
        }
      }
    }
  }
}

/**
 * Adds a depthwise convolution with one output per channel to the zeroed `y`, tap by tap and row by row: the way from input to
 * output of `depthwiseGradient`.
 */
export function depthwiseConvolve(
  x: usize,
  filter: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixel = (<usize>channels) << 2;
  const step = pixel * strideX;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ky = 0; ky < filterHeight; ky++) {
        const row = oy * strideY - padTop + ky * dilationY;
        if (row < 0 || row >= height) continue;
        for (let kx = 0; kx < filterWidth; kx++) {
          const shift = kx * dilationX - padLeft;
          const ox = firstValid(shift, strideX, outWidth);
          const count = endValid(shift, strideX, outWidth, width) - ox;
          if (count <= 0) continue;
          const from = x + <usize>((n * height + row) * width + ox * strideX + shift) * pixel;
          const to = y + <usize>((n * outHeight + oy) * outWidth + ox) * pixel;
          const tap = filter + <usize>(ky * filterWidth + kx) * pixel;
          addProducts(to, tap, from, count, channels, pixel, step);
          for (let c = channels & ~15; c < channels; c++) {
            const at = (<usize>c) << 2;
            const weight = load<f32>(tap + at);
            for (let i: usize = 0; i < <usize>count; i++) {
              const target = to + i * pixel + at;
              store<f32>(target, load<f32>(target) + load<f32>(from + i * step + at) * weight);
            }
          }
        }
      }
    }
  }
}

/** Sixteen channels at a time, their weights in registers: `x += dy · w` along a row, whose pixels lie so many bytes apart. */
function addProducts(
  x: usize,
  w: usize,
  dy: usize,
  count: i32,
  channels: i32,
  step: usize,
  dyStep: usize,
): void {
  for (let c = 0; c + 16 <= channels; c += 16) {
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const w2 = v128.load(w, 32);
    const w3 = v128.load(w, 48);
    let xAt = x;
    let dyAt = dy;
    for (let i = 0; i < count; i++) {
      v128.store(xAt, madd(v128.load(xAt), v128.load(dyAt), w0));
      v128.store(xAt, madd(v128.load(xAt, 16), v128.load(dyAt, 16), w1), 16);
      v128.store(xAt, madd(v128.load(xAt, 32), v128.load(dyAt, 32), w2), 32);
      v128.store(xAt, madd(v128.load(xAt, 48), v128.load(dyAt, 48), w3), 48);
      xAt += step;
      dyAt += dyStep;
    }
    x += 64;
    dy += 64;
    w += 64;
  }
}

/** Sixteen channels at a time, their sums in registers: `w += Σ x · dy` along a row. */
function addToFilter(x: usize, w: usize, dy: usize, count: i32, channels: i32, step: usize): void {
  const pixel = (<usize>channels) << 2;
  for (let c = 0; c + 16 <= channels; c += 16) {
    let s0 = v128.load(w);
    let s1 = v128.load(w, 16);
    let s2 = v128.load(w, 32);
    let s3 = v128.load(w, 48);
    let xAt = x;
    let dyAt = dy;
    for (let i = 0; i < count; i++) {
      s0 = madd(s0, v128.load(xAt), v128.load(dyAt));
      s1 = madd(s1, v128.load(xAt, 16), v128.load(dyAt, 16));
      s2 = madd(s2, v128.load(xAt, 32), v128.load(dyAt, 32));
      s3 = madd(s3, v128.load(xAt, 48), v128.load(dyAt, 48));
      xAt += step;
      dyAt += pixel;
    }
    v128.store(w, s0);
    v128.store(w, s1, 16);
    v128.store(w, s2, 32);
    v128.store(w, s3, 48);
    x += 64;
    dy += 64;
    w += 64;
  }
}

/** Either gradient for the channels from `first` on, one number at a time. */
function addSingly(
  toInput: bool,
  x: usize,
  w: usize,
  dy: usize,
  count: i32,
  first: i32,
  channels: i32,
  multiplier: i32,
  step: usize,
  outPixel: usize,
): void {
  for (let c = first; c < channels; c++) {
    for (let q = 0; q < multiplier; q++) {
      const at = (<usize>(c * multiplier + q)) << 2;
      const weight = load<f32>(w + at);
      let sum = weight;
      let xAt = x + ((<usize>c) << 2);
      let dyAt = dy + at;
      for (let i = 0; i < count; i++) {
        if (toInput) store<f32>(xAt, load<f32>(xAt) + load<f32>(dyAt) * weight);
        else sum += load<f32>(xAt) * load<f32>(dyAt);
        xAt += step;
        dyAt += outPixel;
      }
      if (!toInput) store<f32>(w + at, sum);
    }
  }
}
