import { madd } from './arithmetic';
import { placeImage } from './grouped-convolution';

/**
 * Adds `Σ x[n, oy·s + ky·d − p, ox·s + kx·d − p, i] · dy[n, oy, ox, o]` for the inputs and outputs of each group to a zeroed filter
 * gradient. Every image is placed in `image` with its padding.
 */
export function groupedFilterGradient(
  x: usize,
  dy: usize,
  target: usize,
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
): void {
  const inner = channels / groups;
  const outer = outChannels / groups;
  const toHeight = (outHeight - 1) * strideY + (filterHeight - 1) * dilationY + 1;
  const toWidth = (outWidth - 1) * strideX + (filterWidth - 1) * dilationX + 1;
  const pixel = (<usize>channels) << 2;
  const outPixel = (<usize>outChannels) << 2;
  for (let n = 0; n < batch; n++) {
    placeImage(x, image, height, width, channels, toHeight, toWidth, padTop, padLeft, 1, 1);
    for (let group = 0; group < groups; group++) {
      for (let ky = 0; ky < filterHeight; ky++) {
        for (let kx = 0; kx < filterWidth; kx++) {
          const seen = image + <usize>(ky * dilationY * toWidth + kx * dilationX) * pixel;
          const tap = target + <usize>((ky * filterWidth + kx) * inner) * outPixel;
          for (let i = 0; i < inner; i += 4) {
            for (let o = 0; o < outer; o += 4) {
              blockOfGroup(
                seen + ((<usize>(group * inner + i)) << 2),
                dy + ((<usize>(group * outer + o)) << 2),
                tap + <usize>i * outPixel + ((<usize>(group * outer + o)) << 2),
                outHeight,
                outWidth,
                <usize>(strideY * toWidth) * pixel,
                <usize>strideX * pixel,
                outPixel,
                min(4, inner - i),
                min(4, outer - o),
              );
            }
          }
        }
      }
    }
    x += <usize>(height * width) * pixel;
    dy += <usize>(outHeight * outWidth) * outPixel;
  }
}

/** Adds the products of up to four inputs and four outputs over one image; sums of two pixels by turns. */
function blockOfGroup(
  x: usize,
  dy: usize,
  target: usize,
  outHeight: i32,
  outWidth: i32,
  rowStep: usize,
  step: usize,
  outPixel: usize,
  inputs: i32,
  lanes: i32,
): void {
  let a = f32x4.splat(0),
    b = a,
    c = a,
    d = a,
    p = a,
    q = a,
    r = a,
    s = a;
  // What lies beyond the last input is that of the next pixel or group, and not kept.
  const second: usize = inputs > 1 ? 4 : 0;
  const third: usize = inputs > 2 ? 8 : 0;
  const fourth: usize = inputs > 3 ? 12 : 0;
  for (let oy = 0; oy < outHeight; oy++, x += rowStep) {
    let at = x;
    let ox = 0;
    for (; ox + 2 <= outWidth; ox += 2) {
      const one = loadLanes(dy, lanes);
      a = madd(a, v128.load32_splat(at), one);
      b = madd(b, v128.load32_splat(at + second), one);
      c = madd(c, v128.load32_splat(at + third), one);
      d = madd(d, v128.load32_splat(at + fourth), one);
      at += step;
      const other = loadLanes(dy + outPixel, lanes);
      p = madd(p, v128.load32_splat(at), other);
      q = madd(q, v128.load32_splat(at + second), other);
      r = madd(r, v128.load32_splat(at + third), other);
      s = madd(s, v128.load32_splat(at + fourth), other);
      at += step;
      dy += 2 * outPixel;
    }
    if (ox < outWidth) {
      const one = loadLanes(dy, lanes);
      a = madd(a, v128.load32_splat(at), one);
      b = madd(b, v128.load32_splat(at + second), one);
      c = madd(c, v128.load32_splat(at + third), one);
      d = madd(d, v128.load32_splat(at + fourth), one);
      dy += outPixel;
    }
  }
  add(target, f32x4.add(a, p), lanes);
  if (inputs > 1) add(target + outPixel, f32x4.add(b, q), lanes);
  if (inputs > 2) add(target + 2 * outPixel, f32x4.add(c, r), lanes);
  if (inputs > 3) add(target + 3 * outPixel, f32x4.add(d, s), lanes);
}

/** The first `lanes` of four; what lies beyond the last output may be the end of the memory. */
// @inline
function loadLanes(from: usize, lanes: i32): v128 {
  if (lanes === 4) return v128.load(from);
  let values = f32x4.splat(load<f32>(from));
  if (lanes > 1) values = f32x4.replace_lane(values, 1, load<f32>(from + 4));
  if (lanes > 2) values = f32x4.replace_lane(values, 2, load<f32>(from + 8));
  return values;
}

// @inline
function add(target: usize, values: v128, lanes: i32): void {
  if (lanes === 4) {
    v128.store(target, f32x4.add(v128.load(target), values));
    return;
  }
  store<f32>(target, load<f32>(target) + f32x4.extract_lane(values, 0));
  if (lanes > 1) store<f32>(target + 4, load<f32>(target + 4) + f32x4.extract_lane(values, 1));
  if (lanes > 2) store<f32>(target + 8, load<f32>(target + 8) + f32x4.extract_lane(values, 2));
}
