import { gemmPacked } from './gemm';
import { planeStride, tilesPerBlock, transformTiles } from './winograd-tiles';
import { transformFilter, transformOutput } from './winograd-transforms';

// Channels that one sum in float32 takes: more of them add up sums of so many, which keeps rounding errors small.
const RUN: i32 = 64;

/**
 * Transforms a 3x3 filter `[3, 3, inner, outer]` into 36 matrices packed for the product with an input;
 * `turned` rotates it by 180° and swaps its channels. `scratch` takes 216 floats.
 */
function packFilter(
  filter: usize,
  inner: i32,
  outer: i32,
  turned: bool,
  packed: usize,
  scratch: usize,
): usize {
  const rows = turned ? outer : inner;
  const columns = turned ? inner : outer;
  const planeStep = (<usize>rows * <usize>((columns + 7) & ~7)) << 2;
  const tap = (<usize>(inner * outer)) << 2;
  const second = scratch + 288;
  for (let i = 0; i < inner; i++) {
    for (let o = 0; o < outer; o += 4) {
      const from = filter + ((<usize>(i * outer + o)) << 2);
      for (let x = 0; x < 3; x++) {
        const column = from + <usize>(turned ? 2 - x : x) * tap;
        transformFilter(
          turned ? column + 6 * tap : column,
          turned ? -3 * tap : 3 * tap,
          scratch + ((<usize>x) << 4),
          48,
        );
      }
      for (let y = 0; y < 6; y++) {
        transformFilter(scratch + <usize>(48 * y), 16, second + <usize>(96 * y), 16);
      }
      const row = turned ? o : i;
      const column = turned ? i : o;
      let to =
        packed +
        ((<usize>(column >> 3) * <usize>rows) << 5) +
        ((<usize>row) << 5) +
        ((<usize>(column & 7)) << 2);
      for (let k = 0; k < 36; k++) {
        const values = v128.load(second + ((<usize>k) << 4));
        if (turned) {
          v128.store32_lane(to, values, 0);
          v128.store32_lane(to, values, 1, 32);
          v128.store32_lane(to, values, 2, 64);
          v128.store32_lane(to, values, 3, 96);
        } else {
          v128.store(to, values);
        }
        to += planeStep;
      }
    }
  }
  return planeStep;
}

/** Turns 36 planes of products back into tiles of 4x4 outputs, cut off at the image's edge. */
function writeTiles(
  planes: usize,
  planeStep: usize,
  output: usize,
  height: i32,
  width: i32,
  channels: i32,
  tileRows: i32,
  tileColumns: i32,
  first: i32,
  count: i32,
  scratch: usize,
): void {
  const pixel = (<usize>channels) << 2;
  const perImage = tileRows * tileColumns;
  const second = scratch + 384;
  for (let t = first; t < first + count; t++) {
    const y = ((t % perImage) / tileColumns) * 4;
    const x = (t % tileColumns) * 4;
    const rows = min(4, height - y);
    const columns = min(4, width - x);
    const corner = output + <usize>(((t / perImage) * height + y) * width + x) * pixel;
    for (let at: usize = 0; at < pixel; at += 16) {
      for (let j = 0; j < 6; j++) {
        transformOutput(planes + at + <usize>j * planeStep, 6 * planeStep, scratch + ((<usize>j) << 4), 96);
      }
      for (let i = 0; i < rows; i++) {
        const target = corner + at + <usize>(i * width) * pixel;
        if (columns === 4) {
          transformOutput(scratch + <usize>(96 * i), 16, target, pixel);
        } else {
          transformOutput(scratch + <usize>(96 * i), 16, second, 16);
          for (let j = 0; j < columns; j++) {
            v128.store(target + <usize>j * pixel, v128.load(second + ((<usize>j) << 4)));
          }
        }
      }
    }
    planes += pixel;
  }
}

/** `products[tiles, outChannels] = patches[tiles, channels] · packed`, panel by panel and run by run. */
function multiply(
  tiles: i32,
  outChannels: i32,
  channels: i32,
  patches: usize,
  packed: usize,
  products: usize,
): void {
  for (let column = 0; column < outChannels; column += 8) {
    for (let channel = 0; channel < channels; channel += RUN) {
      gemmPacked(
        channel === 0,
        tiles,
        min(8, outChannels - column),
        min(RUN, channels - channel),
        patches + ((<usize>channel) << 2),
        (<usize>channels) << 2,
        4,
        packed + ((<usize>channel) << 5),
        0,
        products + ((<usize>column) << 2),
        (<usize>outChannels) << 2,
      );
    }
    packed += (<usize>channels) << 5;
  }
}

/**
 * A 3x3 convolution with stride 1 by Winograd's F(4x4, 3x3); with `turned`, the input gradient of one, from
 * `dy` to `dx`. Channels are multiples of 4. `scratch` takes what `winogradScratch` says.
 */
export function winogradConvolve(
  turned: bool,
  input: usize,
  filter: usize,
  output: usize,
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
  const inStep = planeStride(block, channels);
  const outStep = planeStride(block, outChannels);
  const work = scratch;
  const inPlanes = work + 576 + ((<usize>(36 * channels)) << 2);
  const outPlanes = inPlanes + 36 * inStep;
  const packed = outPlanes + 36 * outStep;
  const filterStep = turned
    ? packFilter(filter, outChannels, channels, true, packed, inPlanes)
    : packFilter(filter, channels, outChannels, false, packed, inPlanes);
  const tileRows = (outHeight + 3) / 4;
  const tileColumns = (outWidth + 3) / 4;
  const tiles = batch * tileRows * tileColumns;
  for (let first = 0; first < tiles; first += block) {
    const count = min(block, tiles - first);
    transformTiles(
      false,
      input,
      height,
      width,
      channels,
      padTop,
      padLeft,
      tileRows,
      tileColumns,
      first,
      count,
      inPlanes,
      inStep,
      work,
    );
    for (let k = 0; k < 36; k++) {
      multiply(
        count,
        outChannels,
        channels,
        inPlanes + <usize>k * inStep,
        packed + <usize>k * filterStep,
        outPlanes + <usize>k * outStep,
      );
    }
    writeTiles(
      outPlanes,
      outStep,
      output,
      outHeight,
      outWidth,
      outChannels,
      tileRows,
      tileColumns,
      first,
      count,
      work,
    );
  }
}

/** Floats of scratch that `winogradConvolve` takes. */
export function winogradScratch(channels: i32, outChannels: i32): i32 {
  const block = tilesPerBlock(channels + outChannels);
  const planes = <i32>(planeStride(block, channels) + planeStride(block, outChannels)) >> 2;
  return 144 + 36 * channels + 36 * planes + 36 * channels * ((outChannels + 7) & ~7);
}
