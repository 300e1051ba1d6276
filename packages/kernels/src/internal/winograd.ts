import { getThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import type { backend_util } from '@tensorflow/tfjs-core';

/** The sizes that the Winograd functions of `assembly/` take, in the order of a forward convolution. */
export interface Plane {
  readonly height: number;
  readonly width: number;
}

let allowed = true;

/** Whether 3x3 convolutions may use Winograd's algorithm. */
export function allowWinograd(value: boolean): void {
  allowed = value;
}

// Transformed filters above this many floats (64 MB) cost more memory than the products they save.
const LARGEST_FILTER = 2 ** 24;

/**
 * Whether Winograd's F(4x4, 3x3) fits: 3x3, stride 1, channels in fours, and outputs that fill at least
 * half of the 4x4 tiles laid over them.
 */
export function fitsWinograd(info: backend_util.Conv2DInfo, output: Plane): boolean {
  const { inChannels, outChannels } = info;
  const ones = [info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth];
  const tiles = Math.ceil(output.height / 4) * Math.ceil(output.width / 4);
  return (
    allowed &&
    info.filterHeight === 3 &&
    info.filterWidth === 3 &&
    ones.every((one) => one === 1) &&
    Math.min(inChannels, outChannels) >= 8 &&
    inChannels % 4 === 0 &&
    outChannels % 4 === 0 &&
    36 * inChannels * outChannels <= LARGEST_FILTER &&
    output.height * output.width >= 8 * tiles
  );
}

/** tfjs spreads its own convolution over its threads; ours uses one, which two cannot beat. */
export function beatsThreads(): boolean {
  return getThreadsCount() <= 2;
}
