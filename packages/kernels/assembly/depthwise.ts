import { endValid, firstValid, madd } from './arithmetic';

/**
 * Input gradient of a depthwise convolution with `multiplier` outputs per channel:
 * every input pixel gathers the output pixels whose window covers it.
 */
export function depthwiseInputGradient(
  dy: usize,
  filter: usize,
  dx: usize,
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
  const vectors = multiplier === 1 ? channels & ~15 : 0;
  const outPixel = (<usize>(channels * multiplier)) << 2;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < vectors; c += 16) {
          let s0 = f32x4.splat(0),
            s1 = s0,
            s2 = s0,
            s3 = s0;
          for (let ky = 0; ky < filterHeight; ky++) {
            const ty = y + padTop - ky * dilationY;
            if (ty < 0) break;
            if (strideY !== 1 && ty % strideY !== 0) continue;
            const oy = strideY === 1 ? ty : ty / strideY;
            if (oy >= outHeight) continue;
            const line = dy + <usize>((n * outHeight + oy) * outWidth) * outPixel + ((<usize>c) << 2);
            for (let kx = 0; kx < filterWidth; kx++) {
              const tx = x + padLeft - kx * dilationX;
              if (tx < 0) break;
              if (strideX !== 1 && tx % strideX !== 0) continue;
              const ox = strideX === 1 ? tx : tx / strideX;
              if (ox >= outWidth) continue;
              const from = line + <usize>ox * outPixel;
              const w = filter + <usize>((ky * filterWidth + kx) * channels + c) * 4;
              s0 = madd(s0, v128.load(from), v128.load(w));
              s1 = madd(s1, v128.load(from, 16), v128.load(w, 16));
              s2 = madd(s2, v128.load(from, 32), v128.load(w, 32));
              s3 = madd(s3, v128.load(from, 48), v128.load(w, 48));
            }
          }
          v128.store(dx, s0);
          v128.store(dx, s1, 16);
          v128.store(dx, s2, 32);
          v128.store(dx, s3, 48);
          dx += 64;
        }
        for (let c = vectors; c < channels; c++) {
          let sum: f32 = 0;
          for (let ky = 0; ky < filterHeight; ky++) {
            const ty = y + padTop - ky * dilationY;
            if (ty < 0 || ty % strideY !== 0 || ty / strideY >= outHeight) continue;
            const line = dy + <usize>((n * outHeight + ty / strideY) * outWidth) * outPixel;
            for (let kx = 0; kx < filterWidth; kx++) {
              const tx = x + padLeft - kx * dilationX;
              if (tx < 0 || tx % strideX !== 0 || tx / strideX >= outWidth) continue;
              const from = line + <usize>(tx / strideX) * outPixel + <usize>(c * multiplier) * 4;
              const w = filter + <usize>(((ky * filterWidth + kx) * channels + c) * multiplier) * 4;
              for (let q = 0; q < multiplier; q++) {
                sum += load<f32>(from + ((<usize>q) << 2)) * load<f32>(w + ((<usize>q) << 2));
              }
            }
          }
          store<f32>(dx, sum);
          dx += 4;
        }
      }
    }
  }
}

/** Adds the filter gradient of a depthwise convolution to a zeroed target. */
export function depthwiseFilterGradient(
  x: usize,
  dy: usize,
  target: usize,
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
  const pixel = (<usize>channels) << 2,
    outPixel = pixel * multiplier;
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
          depthwiseRow(
            x + <usize>((n * height + y) * width + ox * strideX + shift) * pixel,
            dy + <usize>((n * outHeight + oy) * outWidth + ox) * outPixel,
            count,
            channels,
            multiplier,
            pixel * strideX,
            outPixel,
            target + <usize>(ky * filterWidth + kx) * outPixel,
          );
        }
      }
    }
  }
}

function depthwiseRow(
  x: usize,
  dy: usize,
  count: i32,
  channels: i32,
  multiplier: i32,
  xStep: usize,
  dyStep: usize,
  target: usize,
): void {
  const vectors = multiplier === 1 ? channels & ~15 : 0;
  const end = dy + <usize>count * dyStep;
  for (let c = 0; c < vectors; c += 16) {
    const at = (<usize>c) << 2;
    const w = target + at;
    let s0 = v128.load(w),
      s1 = v128.load(w, 16),
      s2 = v128.load(w, 32),
      s3 = v128.load(w, 48);
    let xAt = x + at,
      dyAt = dy + at;
    while (dyAt !== end + at) {
      s0 = madd(s0, v128.load(xAt), v128.load(dyAt));
      s1 = madd(s1, v128.load(xAt, 16), v128.load(dyAt, 16));
      s2 = madd(s2, v128.load(xAt, 32), v128.load(dyAt, 32));
      s3 = madd(s3, v128.load(xAt, 48), v128.load(dyAt, 48));
      xAt += xStep;
      dyAt += dyStep;
    }
    v128.store(w, s0);
    v128.store(w, s1, 16);
    v128.store(w, s2, 32);
    v128.store(w, s3, 48);
  }
  for (let c = vectors; c < channels; c++) {
    for (let q = 0; q < multiplier; q++) {
      const at = (<usize>(c * multiplier + q)) << 2;
      let sum = load<f32>(target + at);
      let xAt = x + ((<usize>c) << 2),
        dyAt = dy + at;
      while (dyAt !== end + at) {
        sum += load<f32>(xAt) * load<f32>(dyAt);
        xAt += xStep;
        dyAt += dyStep;
      }
      store<f32>(target + at, sum);
    }
  }
}
