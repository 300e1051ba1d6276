/** A batch in host memory, as decoded: uint8 until it is on the device. */
export interface HostBatch {
  /** Pixels in row-major `[B,H,W,C]`. */
  readonly images: Uint8Array;
  /** `[B,H,W,C]`. */
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  /** One class a row, int32 `[B]`; or float32 `[B,classes]` row-major, for soft and multi-label data. */
  readonly labels: Int32Array | Float32Array;
  /** Name of each sample, for messages and logs. */
  readonly keys: readonly string[];
}

/**
 * Where batches come from. A source keeps no position: batch `b` of epoch `e` is a function of the source's own seed,
 * `e` and `b`, so that a run resumes in mid-epoch by asking for `batches(e, b)`.
 */
export interface BatchSource {
  /** Samples in an epoch. */
  readonly numSamples: number;
  /** Batches in an epoch. */
  readonly numBatches: number;
  /** Rows in a full batch. */
  readonly batchSize: number;
  /** Number of classes. */
  readonly numClasses: number;
  /** `[H,W,C]` of every image. */
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Streams the batches of an epoch, in order, from batch `from` (default 0) on. */
  batches(epoch: number, from?: number): AsyncIterable<HostBatch>;
}
