import { transformInput, transformOutputGradient } from './winograd-transforms';

/** Floats between the planes of a transformed block: not a multiple of 4 KB, which would share one cache set. */
export function planeStride(tiles: i32, channels: i32): usize {
  return (<usize>(tiles * channels + 16)) << 2;
}

/** Tiles in a block: what keeps its 36 planes, in and out, within about half a megabyte of cache. */
export function tilesPerBlock(channels: i32): i32 {
  return max(8, min(64, (3640 / channels) & ~3));
}

/** Copies a `size x size` patch that reaches beyond its image, with zeros outside. */
function copyPatch(
  image: usize,
  y: i32,
  x: i32,
  height: i32,
  width: i32,
  size: i32,
  pixel: usize,
  patch: usize,
): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const inside = y + row >= 0 && y + row < height && x + column >= 0 && x + column < width;
      const from = image + <usize>((y + row) * width + x + column) * pixel;
      for (let at: usize = 0; at < pixel; at += 16) {
        v128.store(patch + at, inside ? v128.load(from + at) : f32x4.splat(0));
      }
      patch += pixel;
    }
  }
}

/**
 * Transforms tiles `first .. first + count` of a batch of images into 36 planes `[count, channels]`:
 * patches of 6x6 that overlap (`gradient` false) or of 4x4 that do not (`gradient` true).
 * `scratch` takes `36 · channels + 144` floats.
 */
export function transformTiles(
  gradient: bool,
  images: usize,
  height: i32,
  width: i32,
  channels: i32,
  padTop: i32,
  padLeft: i32,
  tileRows: i32,
  tileColumns: i32,
  first: i32,
  count: i32,
  planes: usize,
  planeStep: usize,
  scratch: usize,
): void {
  const size = gradient ? 4 : 6;
  const pixel = (<usize>channels) << 2;
  const patch = scratch + 576;
  const perImage = tileRows * tileColumns;
  for (let t = first; t < first + count; t++) {
    const n = t / perImage;
    const y = ((t % perImage) / tileColumns) * 4 - padTop;
    const x = (t % tileColumns) * 4 - padLeft;
    const image = images + <usize>(n * height * width) * pixel;
    let from = image + <usize>(y * width + x) * pixel;
    let line = <usize>width * pixel;
    if (y < 0 || x < 0 || y + size > height || x + size > width) {
      copyPatch(image, y, x, height, width, size, pixel, patch);
      from = patch;
      line = <usize>size * pixel;
    }
    for (let at: usize = 0; at < pixel; at += 16) {
      for (let j = 0; j < size; j++) {
        const source = from + at + <usize>j * pixel;
        if (gradient) transformOutputGradient(source, line, scratch + ((<usize>j) << 4), 96);
        else transformInput(source, line, scratch + ((<usize>j) << 4), 96);
      }
      for (let i = 0; i < 6; i++) {
        const target = planes + at + <usize>(6 * i) * planeStep;
        if (gradient) transformOutputGradient(scratch + <usize>(96 * i), 16, target, planeStep);
        else transformInput(scratch + <usize>(96 * i), 16, target, planeStep);
      }
    }
    planes += pixel;
  }
}
