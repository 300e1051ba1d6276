import { madd } from './arithmetic';

/**
 * Copies an image into one of zeros, its pixels `spreadY` and `spreadX` apart from (top, left) on; those that fall outside are
 * left out.
 */
export function placeImage(
  from: usize,
  to: usize,
  height: i32,
  width: i32,
  channels: i32,
  toHeight: i32,
  toWidth: i32,
  top: i32,
  left: i32,
  spreadY: i32,
  spreadX: i32,
): void {
  const pixel = (<usize>channels) << 2;
  memory.fill(to, 0, <usize>(toHeight * toWidth) * pixel);
  for (let y = 0; y < height; y++) {
    const row = top + y * spreadY;
    if (row < 0 || row >= toHeight) continue;
    for (let x = 0; x < width; x++) {
      const column = left + x * spreadX;
      if (column < 0 || column >= toWidth) continue;
      memory.copy(to + <usize>(row * toWidth + column) * pixel, from + <usize>(y * width + x) * pixel, pixel);
    }
  }
}

/**
 * Packs a filter `[taps, inner, groups · outer]` group by group, `[groups, taps, inner, outer]`; or, for the input gradient, with
 * the taps in reverse and inputs for outputs, `[groups, taps, outer, inner]`.
 */
function packGroups(
  filter: usize,
  packed: usize,
  taps: i32,
  inner: i32,
  outer: i32,
  groups: i32,
  turned: bool,
): void {
  const line = (<usize>(groups * outer)) << 2;
  for (let group = 0; group < groups; group++) {
    const first = filter + ((<usize>(group * outer)) << 2);
    for (let tap = 0; tap < taps; tap++) {
      const from = first + <usize>((turned ? taps - 1 - tap : tap) * inner) * line;
      const rows = turned ? outer : inner;
      const columns = turned ? inner : outer;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, packed += 4) {
          const at = turned
            ? <usize>column * line + ((<usize>row) << 2)
            : <usize>row * line + ((<usize>column) << 2);
          store<f32>(packed, load<f32>(from + at));
        }
      }
    }
  }
}

/**
 * Convolution in groups, or with `turned` its input gradient: every image is placed in `image` with its padding, and every group
 * convolved by itself, four outputs of four pixels at a time. `packed` takes the filter.
 */
export function convolveGroups(
  turned: bool,
  x: usize,
  filter: usize,
  y: usize,
  packed: usize,
  image: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  groups: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
  spreadY: i32,
  spreadX: i32,
): void {
  const inner = channels / groups;
  const outer = outChannels / groups;
  const taps = filterHeight * filterWidth;
  packGroups(filter, packed, taps, turned ? outer : inner, turned ? inner : outer, groups, turned);
  const toHeight = (outHeight - 1) * strideY + (filterHeight - 1) * dilationY + 1;
  const toWidth = (outWidth - 1) * strideX + (filterWidth - 1) * dilationX + 1;
  const pixel = (<usize>channels) << 2;
  const outPixel = (<usize>outChannels) << 2;
  const step = <usize>strideX * pixel;
  for (let n = 0; n < batch; n++) {
    placeImage(x, image, height, width, channels, toHeight, toWidth, padTop, padLeft, spreadY, spreadX);
    x += <usize>(height * width) * pixel;
    for (let oy = 0; oy < outHeight; oy++) {
      const row = image + <usize>(oy * strideY * toWidth) * pixel;
      for (let group = 0; group < groups; group++) {
        const weights = packed + ((<usize>(group * taps * inner * outer)) << 2);
        const from = row + ((<usize>(group * inner)) << 2);
        const to = y + ((<usize>(group * outer)) << 2);
        for (let o = 0; o < outer; o += 4) {
          const lanes = min(4, outer - o);
          for (let ox = 0; ox < outWidth; ox += 4) {
            tileOfGroup(
              from + <usize>ox * step,
              weights + ((<usize>o) << 2),
              to + <usize>ox * outPixel + ((<usize>o) << 2),
              inner,
              outer,
              filterHeight,
              filterWidth,
              <usize>(dilationY * toWidth) * pixel,
              <usize>dilationX * pixel,
              step,
              min(4, outWidth - ox),
              outPixel,
              lanes,
            );
          }
        }
      }
      y += <usize>outWidth * outPixel;
    }
  }
}

/** Up to four outputs of up to four pixels. The fourth output of a group of three is that of a weight further on, and not kept. */
function tileOfGroup(
  x: usize,
  weights: usize,
  y: usize,
  inner: i32,
  outer: i32,
  filterHeight: i32,
  filterWidth: i32,
  rowStep: usize,
  columnStep: usize,
  step: usize,
  pixels: i32,
  outPixel: usize,
  lanes: i32,
): void {
  let a = f32x4.splat(0),
    b = a,
    c = a,
    d = a;
  // Beyond the last pixel the first is read again.
  const second = pixels > 1 ? step : 0;
  const third = pixels > 2 ? 2 * step : 0;
  const fourth = pixels > 3 ? 3 * step : 0;
  const weightStep = (<usize>outer) << 2;
  for (let ky = 0; ky < filterHeight; ky++) {
    let at = x;
    for (let kx = 0; kx < filterWidth; kx++) {
      for (let i = 0; i < inner; i++) {
        const from = at + ((<usize>i) << 2);
        const w = v128.load(weights);
        a = madd(a, v128.load32_splat(from), w);
        b = madd(b, v128.load32_splat(from + second), w);
        c = madd(c, v128.load32_splat(from + third), w);
        d = madd(d, v128.load32_splat(from + fourth), w);
        weights += weightStep;
      }
      at += columnStep;
    }
    x += rowStep;
  }
  keep(y, a, lanes);
  if (pixels > 1) keep(y + outPixel, b, lanes);
  if (pixels > 2) keep(y + 2 * outPixel, c, lanes);
  if (pixels > 3) keep(y + 3 * outPixel, d, lanes);
}

// @inline
function keep(y: usize, values: v128, lanes: i32): void {
  if (lanes === 4) {
    v128.store(y, values);
    return;
  }
  store<f32>(y, f32x4.extract_lane(values, 0));
  if (lanes > 1) store<f32>(y + 4, f32x4.extract_lane(values, 1));
  if (lanes > 2) store<f32>(y + 8, f32x4.extract_lane(values, 2));
}
