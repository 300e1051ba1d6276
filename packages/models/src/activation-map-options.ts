import type { Tensor1D } from '@tensorflow/tfjs-core';

/** Options of {@link cam} and {@link gradCam}. */
export interface ActivationMapOptions {
  /**
   * Class of each row, a list or int32 `[B]`, borrowed; the values of a tensor are not looked at. @defaultValue those with the largest
   * logits
   */
  readonly classes?: Tensor1D | readonly number[];
  /** Resize the maps to `[height, width]`, bilinearly with half-pixel centres: that of the images, to lie over them. @defaultValue the stage's own size */
  readonly size?: readonly [height: number, width: number];
  /** Move each map to `[0,1]` by its minimum and maximum, after resizing; one that is the same everywhere becomes 0. @defaultValue false */
  readonly normalize?: boolean;
}
