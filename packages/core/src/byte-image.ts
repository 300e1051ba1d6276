/** An image of 8 bits a channel in host memory. */
export interface ByteImage {
  /** Row by row, channels together: `[H,W,C]`. */
  readonly bytes: Uint8Array;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** 1 (grey) or 3 (RGB). */
  readonly channels: number;
}
