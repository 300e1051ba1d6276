/** An image that is decoded already. */
export interface PixelsSource {
  /** Which kind of source this is. */
  readonly kind: 'pixels';
  /** uint8, row-major; borrowed, never written to. */
  readonly pixels: Uint8Array;
  /** `[H,W,C]`. */
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** An encoded image (JPEG, PNG or WebP) in memory. */
export interface BytesSource {
  /** Which kind of source this is. */
  readonly kind: 'bytes';
  /** The encoded image; borrowed, never written to. */
  readonly bytes: Uint8Array;
  /** Where it came from, for messages. */
  readonly path: string;
}

/** An encoded image (JPEG, PNG or WebP) in a file. */
export interface FileSource {
  /** Which kind of source this is. */
  readonly kind: 'file';
  /** The file. */
  readonly path: string;
  /** Where the image begins in the file, in bytes. @defaultValue 0 */
  readonly offset?: number;
  /** The image's bytes in the file. @defaultValue all of the file */
  readonly length?: number;
}

/** An image known to be unreadable before any decoding, such as the last one of a shard cut short. */
export interface CorruptSource {
  /** Which kind of source this is. */
  readonly kind: 'corrupt';
  /** The file that holds it. */
  readonly path: string;
  /** What is wrong with it, on one line. */
  readonly reason: string;
}

/** Where an image's pixels are, or why there are none. */
export type ImageSource = PixelsSource | BytesSource | FileSource | CorruptSource;

/** One sample of an {@link ImageDataset}. */
export interface Sample {
  /** Name of the sample, for messages and logs; unique in its data set. */
  readonly key: string;
  /** Class, from 0 to `classes.length - 1`; −1 where the sample is corrupt and its class unknown. */
  readonly label: number;
  /** The image. */
  readonly image: ImageSource;
}

/** Where the object of an image is. */
export interface Annotation {
  /** Half-open box in pixels: rows `y1 ≤ y < y2`, columns `x1 ≤ x < x2`. */
  readonly box: readonly [y1: number, x1: number, y2: number, x2: number];
  /** uint8 `[H,W]`: 1 where the object covers at least half of the pixel, else 0. */
  readonly mask: Uint8Array;
}

/**
 * Labelled images by index. Anything with these members can be loaded; the package's own functions are
 * `drawnShapes`, `openTarShards`, `openImageFolder`, `readCifar10` and `readCifar100`.
 */
export interface ImageDataset {
  /** What the data set is called in messages: a path, mostly. */
  readonly name: string;
  /** Number of samples, those known to be corrupt included. */
  readonly size: number;
  /** Names of the classes, by label. */
  readonly classes: readonly string[];
  /** `[H,W,C]` of the images, or of the first one where sizes may differ; absent when unknown. */
  readonly imageShape?: readonly [height: number, width: number, channels: number];
  /** Indices of the samples known to be corrupt, ascending. @defaultValue none */
  readonly corrupt?: readonly number[];
  /** The sample at `index`, from 0 to `size - 1`; the same for every call. */
  sample(index: number): Sample;
  /** The label of the sample at `index`, where it is known without making the image. @defaultValue `sample(index).label` */
  label?(index: number): number;
  /** Where the object of the image at `index` is, if the data set knows. */
  annotation?(index: number): Annotation;
}
