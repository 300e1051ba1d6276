import { madd } from './arithmetic';

/** Sends each `dy` to the first largest input of its window; `dx` must hold zeros. */
export function maxPoolGradient(
  x: usize,
  dy: usize,
  dx: usize,
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
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let c = 0; c < channels; c++) {
          let best = <f32>-Infinity;
          let at: i32 = -1;
          for (let ky = 0; ky < filterHeight; ky++) {
            const y = oy * strideY - padTop + ky * dilationY;
            if (y < 0 || y >= height) continue;
            for (let kx = 0; kx < filterWidth; kx++) {
              const column = ox * strideX - padLeft + kx * dilationX;
              if (column < 0 || column >= width) continue;
              const index = ((n * height + y) * width + column) * channels + c;
              const value = load<f32>(x + ((<usize>index) << 2));
              if (value > best || at < 0) {
                best = value;
                at = index;
              }
            }
          }
          if (at >= 0) {
            const place = dx + ((<usize>at) << 2);
            store<f32>(place, load<f32>(place) + load<f32>(dy));
          }
          dy += 4;
        }
      }
    }
  }
}

/** Spreads each `dy · scale` over its window; `dx` must hold zeros. */
export function averagePoolGradient(
  dy: usize,
  dx: usize,
  scale: f32,
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
  const factor = f32x4.splat(scale);
  const vectors = channels & ~3;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let ky = 0; ky < filterHeight; ky++) {
          const y = oy * strideY - padTop + ky * dilationY;
          if (y < 0 || y >= height) continue;
          for (let kx = 0; kx < filterWidth; kx++) {
            const column = ox * strideX - padLeft + kx * dilationX;
            if (column < 0 || column >= width) continue;
            const place = dx + ((<usize>(((n * height + y) * width + column) * channels)) << 2);
            let c = 0;
            for (; c < vectors; c += 4) {
              const at = (<usize>c) << 2;
              v128.store(place + at, madd(v128.load(place + at), v128.load(dy + at), factor));
            }
            for (; c < channels; c++) {
              const at = (<usize>c) << 2;
              store<f32>(place + at, load<f32>(place + at) + load<f32>(dy + at) * scale);
            }
          }
        }
        dy += (<usize>channels) << 2;
      }
    }
  }
}
