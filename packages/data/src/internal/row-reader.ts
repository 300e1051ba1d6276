import { MixError, type RngState } from '@mix/core';
import type { ImageDataset, ImageSource, Sample } from '../dataset.js';
import { nameSample } from './corrupt-errors.js';
import type { DecodeReply, DecodeTarget, DecodeTask } from './decode-task.js';

/** A decoded sample, or why there is none. */
export type Row = { readonly index: number; readonly key: string; readonly label: number } & (
  | { readonly pixels: Uint8Array }
  | { readonly path: string; readonly reason: string }
);

/** Which sample is read, and the draws that augment it. */
export type Request = { readonly index: number; readonly rng?: RngState };

/** Gives the rows of the samples that are asked for, in their order. */
export type RowReader = (requests: readonly Request[]) => Promise<readonly Row[]>;

type Shape = readonly [height: number, width: number, channels: number];
type Pending = { readonly position: number; readonly sample: Sample; readonly task: DecodeTask };

// Large enough that messages cost little, small enough that two threads share a batch.
const imagesPerRequest = 32;

/** Reads rows of `shape` from `dataset`; what is decoded already, and of that shape, never leaves the thread. */
export function createRowReader(
  dataset: ImageDataset,
  shape: Shape,
  { resize, cropShare = 1 }: Pick<DecodeTarget, 'resize' | 'cropShare'>,
  decode: (tasks: readonly DecodeTask[]) => Promise<DecodeReply>,
): RowReader {
  const kept = (image: Shape): boolean => !resize || (cropShare === 1 && sameShape(image, shape));
  return async (requests) => {
    const rows: Row[] = new Array(requests.length);
    const pending: Pending[] = [];
    for (const [position, { index, rng }] of requests.entries()) {
      const sample = dataset.sample(index);
      const { key, label, image } = sample;
      if (image.kind === 'corrupt') {
        rows[position] = { index, key, label, path: image.path, reason: image.reason };
      } else if (image.kind === 'pixels' && !rng && kept(image.shape)) {
        if (!sameShape(image.shape, shape)) throw sizeError(key, sizeText(image.shape), shape);
        rows[position] = { index, key, label, pixels: image.pixels };
      } else {
        pending.push({ position, sample, task: rng === undefined ? image : { ...image, rng } });
      }
    }
    await Promise.all(
      chunksOf(pending, imagesPerRequest).map(async (chunk) => {
        const reply = await decode(chunk.map(({ task }) => task));
        const bytes = shape[0] * shape[1] * shape[2];
        for (const [at, { position, sample }] of chunk.entries()) {
          const { key, label, image } = sample;
          const { index } = requests[position] as Request;
          const failure = reply.failures.find((candidate) => candidate.position === at);
          if (failure?.kind === 'size')
            throw sizeError(nameSample(key, pathOf(key, image)), failure.reason, shape);
          rows[position] =
            failure === undefined
              ? { index, key, label, pixels: reply.pixels.subarray(at * bytes, (at + 1) * bytes) }
              : { index, key, label, path: pathOf(key, image), reason: failure.reason };
        }
      }),
    );
    return rows;
  };
}

/** Wraps a reader so that each sample is decoded once, and kept. */
export function cachedRowReader(read: RowReader, size: number): RowReader {
  const held: (Row | undefined)[] = new Array(size);
  return async (requests) => {
    const missing = requests.filter(({ index }) => held[index] === undefined);
    for (const row of missing.length > 0 ? await read(missing) : []) {
      // A copy, for a view would keep the pixels of its whole request alive, and a data set may reuse its memory.
      held[row.index] = 'pixels' in row ? { ...row, pixels: row.pixels.slice() } : row;
    }
    return requests.map(({ index }) => held[index] as Row);
  };
}

function pathOf(key: string, image: ImageSource): string {
  return image.kind === 'pixels' ? key : image.path;
}

function sizeError(what: string, got: string, [height, width, channels]: Shape): MixError {
  return new MixError(
    `createLoader: ${what} is ${got}, not ${height}x${width}x${channels} as expected. Give imageSize to scale all images to one size`,
    { code: 'SHAPE', argument: 'imageSize', received: got },
  );
}

function sizeText(shape: Shape): string {
  return shape.join('x');
}

function sameShape(a: Shape, b: Shape): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  );
}
