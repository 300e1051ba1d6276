import type { Tensor } from '@tensorflow/tfjs-core';

/** One parameter or buffer of a model, as PyTorch has it on disk. */
export interface Weight {
  /** Whether it can be trained, or is kept beside what is: running statistics, index tables. */
  readonly kind: 'parameter' | 'buffer';
  /** Where it acts: 0 is the stem, `n` the n-th stage, and one more than there are stages what comes after them. */
  readonly layer: number;
  /** Whether it is of the last layer, whose size depends on the number of classes. */
  readonly head: boolean;
  /** Convolutions OIHW, linear layers `[out,in]`. */
  readonly shape: readonly number[];
  /** Element type; what PyTorch keeps as int64 is int32 here. */
  readonly dtype: 'float32' | 'int32';
  /** How its rows lie on a grid, where they belong to positions of the image. */
  readonly grid?: PositionGrid;
  /** Its value in that shape: a new tensor, the caller's. */
  read(): Tensor;
  /** Gives it a value of that shape and element type, which is borrowed. Throws `SHAPE` or `DTYPE` for any other. */
  write(value: Tensor): void;
}

/** Values by position: `others` rows that have none, such as a class token's, then a grid row by row. */
export interface PositionGrid {
  /** Rows before the grid. */
  readonly others: number;
  /** Rows and columns. */
  readonly size: readonly [rows: number, columns: number];
}
