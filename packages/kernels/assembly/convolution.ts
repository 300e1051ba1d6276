import { endValid, firstValid } from './arithmetic';
import { gemmPacked, packPanels } from './gemm';

/** Packs every tap of a filter `[taps, inner, outer]`, each transposed to `[outer, inner]`. */
function packTaps(filter: usize, taps: i32, inner: i32, outer: i32, scratch: usize): usize {
  const step = <usize>outer * <usize>((inner + 7) & ~7) * 4;
  const line = (<usize>outer) << 2;
  for (let tap = 0; tap < taps; tap++) {
    const source = filter + <usize>tap * <usize>inner * line;
    packPanels(source, 4, line, outer, inner, scratch + <usize>tap * step);
  }
  return step;
}

/** Adds a convolution's input gradient to a zeroed `dx`, tap by tap and row by row. `scratch` takes the packed filter. */
export function convolveInputGradient(
  dx: usize,
  filter: usize,
  dy: usize,
  scratch: usize,
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
  const step = packTaps(filter, filterHeight * filterWidth, channels, outChannels, scratch);
  const pixel = (<usize>channels) << 2;
  const outPixel = (<usize>outChannels) << 2;
  const panelStride = (<usize>outChannels) << 5;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ky = 0; ky < filterHeight; ky++) {
        const y = oy * strideY - padTop + ky * dilationY;
        if (y < 0 || y >= height) continue;
        for (let kx = 0; kx < filterWidth; kx++) {
          const shift = kx * dilationX - padLeft;
          const from = firstValid(shift, strideX, outWidth);
          const count = endValid(shift, strideX, outWidth, width) - from;
          if (count <= 0) continue;
          const tap = scratch + <usize>(ky * filterWidth + kx) * step;
          const near = dx + <usize>((n * height + y) * width + from * strideX + shift) * pixel;
          const far = dy + <usize>((n * outHeight + oy) * outWidth + from) * outPixel;
          gemmPacked(
            false,
            count,
            channels,
            outChannels,
            far,
            outPixel,
            4,
            tap,
            panelStride,
            near,
            <usize>strideX * pixel,
          );
        }
      }
    }
  }
}
