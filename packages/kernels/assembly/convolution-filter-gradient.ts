import { endValid, firstValid } from './arithmetic';
import { addOuterProducts } from './outer-products';

// A block of output rows of about this many positions stays in cache while every tap and tile sweeps it.
const POSITIONS: i32 = 128;

/** Adds `Σ x[n, oy·s + ky·d − p, ox·s + kx·d − p, i] · dy[n, oy, ox, o]` to a zeroed filter gradient. */
export function convolveFilterGradient(
  x: usize,
  dy: usize,
  target: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const xStep = (<usize>channels) << 2,
    dyStep = (<usize>outChannels) << 2;
  const xRow = <usize>width * xStep,
    dyRow = <usize>outWidth * dyStep;
  const block = max(1, POSITIONS / max(1, outWidth));
  for (let n = 0; n < batch; n++) {
    for (let top = 0; top < outHeight; top += block) {
      for (let ky = 0; ky < filterHeight; ky++) {
        const shiftY = ky * dilationY - padTop;
        const oy = max(top, firstValid(shiftY, strideY, outHeight));
        const rows = min(top + block, endValid(shiftY, strideY, outHeight, height)) - oy;
        if (rows <= 0) continue;
        for (let kx = 0; kx < filterWidth; kx++) {
          const shiftX = kx * dilationX - padLeft;
          const ox = firstValid(shiftX, strideX, outWidth);
          const count = endValid(shiftX, strideX, outWidth, width) - ox;
          if (count <= 0) continue;
          const xAt =
            x + <usize>(n * height + oy * strideY + shiftY) * xRow + <usize>(ox * strideX + shiftX) * xStep;
          const dyAt = dy + <usize>(n * outHeight + oy) * dyRow + <usize>ox * dyStep;
          const tap = target + <usize>(ky * filterWidth + kx) * <usize>channels * dyStep;
          addOuterProducts(
            channels,
            outChannels,
            xAt,
            dyAt,
            rows,
            count,
            xRow * strideY,
            xStep * strideX,
            dyRow,
            dyStep,
            tap,
          );
        }
      }
    }
  }
}
