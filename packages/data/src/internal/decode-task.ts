import type { RngState } from '@mix/core';
import type { AugmentOptions } from '../augment-options.js';
import type { BytesSource, FileSource, PixelsSource } from '../dataset.js';

/** An image for a worker to read and decode, and to augment by the draws of `rng` where there is one. */
export type DecodeTask = (PixelsSource | BytesSource | FileSource) & { readonly rng?: RngState };

/** What every image is decoded to: RGB of this size, where `resize` allows it as this share of a scaled one; and how it is augmented. */
export type DecodeTarget = {
  readonly height: number;
  readonly width: number;
  readonly resize: boolean;
  readonly cropShare?: number;
  readonly augment?: AugmentOptions;
};

/** An image that did not decode: damaged, or of a size that was not expected. */
export type DecodeFailure = {
  readonly position: number;
  readonly kind: 'corrupt' | 'size';
  readonly reason: string;
};

/** RGB pixels of several images, `[N,H,W,3]`; those of a failed one are 0. */
export type DecodeReply = { readonly pixels: Uint8Array; readonly failures: readonly DecodeFailure[] };

/** How a worker is asked. */
export type DecodeRequest = { readonly id: number; readonly tasks: readonly DecodeTask[] };

/** How a worker answers. */
export type DecodeAnswer = DecodeReply & { readonly id: number };
