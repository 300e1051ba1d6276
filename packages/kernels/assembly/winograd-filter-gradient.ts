import { addOuterProducts } from './outer-products';
import { planeStride, tilesPerBlock, transformTiles } from './winograd-tiles';
import { transformFilterGradient } from './winograd-transforms';

/**
 * The filter gradient of a 3x3 convolution with stride 1, its sums taken over tiles in Winograd's domain.
 * Channels are multiples of 4. `scratch` takes what `winogradGradientScratch` says.
 */
export function winogradFilterGradient(
  x: usize,
  dy: usize,
  target: usize,
  scratch: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const block = tilesPerBlock(channels + outChannels);
  const xStep = planeStride(block, channels);
  const dyStep = planeStride(block, outChannels);
  const work = scratch;
  const xPlanes = work + 576 + ((<usize>(36 * max(channels, outChannels))) << 2);
  const dyPlanes = xPlanes + 36 * xStep;
  const sums = dyPlanes + 36 * dyStep;
  const pixel = (<usize>channels) << 2;
  const outPixel = (<usize>outChannels) << 2;
  const sumStep = <usize>channels * outPixel;
  memory.fill(sums, 0, 36 * sumStep);
  const tileRows = (outHeight + 3) / 4;
  const tileColumns = (outWidth + 3) / 4;
  const tiles = batch * tileRows * tileColumns;
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first);
    transformTiles(
      false,
      x,
      height,
      width,
      channels,
      padTop,
      padLeft,
      tileRows,
      tileColumns,
      first,
      count,
      xPlanes,
      xStep,
      work,
    );
    transformTiles(
      true,
      dy,
      outHeight,
      outWidth,
      outChannels,
      0,
      0,
      tileRows,
      tileColumns,
      first,
      count,
      dyPlanes,
      dyStep,
      work,
    );
    for (let k = 0; k < 36; k++) {
      addOuterProducts(
        channels,
        outChannels,
        xPlanes + <usize>k * xStep,
        dyPlanes + <usize>k * dyStep,
        1,
        count,
        0,
        pixel,
        0,
        outPixel,
        sums + <usize>k * sumStep,
      );
    }
  }
  for (let at: usize = 0; at < sumStep; at += 16) {
    for (let j = 0; j < 6; j++) {
      transformFilterGradient(sums + at + <usize>j * sumStep, 6 * sumStep, work + ((<usize>j) << 4), 96);
    }
    for (let i = 0; i < 3; i++) {
      transformFilterGradient(work + <usize>(96 * i), 16, target + at + <usize>(3 * i) * sumStep, sumStep);
    }
  }
}

/** Floats of scratch that `winogradFilterGradient` takes. */
export function winogradGradientScratch(channels: i32, outChannels: i32): i32 {
  const block = tilesPerBlock(channels + outChannels);
  const planes = <i32>(planeStride(block, channels) + planeStride(block, outChannels)) >> 2;
  return 144 + 36 * max(channels, outChannels) + 36 * planes + 36 * channels * outChannels;
}
