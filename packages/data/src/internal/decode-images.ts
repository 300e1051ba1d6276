import { type ByteImage, isMixError, restoreRng } from '@mix/core';
import type { Raw, Sharp } from 'sharp';
import { augmentImage } from './augment-image.js';
import type { DecodeFailure, DecodeReply, DecodeTarget, DecodeTask } from './decode-task.js';
import { decodePlainJpeg } from './jpeg/decode-jpeg.js';
import { loadSharp } from './load-sharp.js';
import type { EncodedReader } from './read-encoded.js';

/** Reads and decodes images one after the other; a bad one becomes a failure, not an exception. */
export async function decodeImages(
  tasks: readonly DecodeTask[],
  target: DecodeTarget,
  reader: EncodedReader,
): Promise<DecodeReply> {
  const bytesPerImage = target.height * target.width * 3;
  const pixels = new Uint8Array(tasks.length * bytesPerImage);
  const failures: DecodeFailure[] = [];
  for (const [position, task] of tasks.entries()) {
    const out = pixels.subarray(position * bytesPerImage, (position + 1) * bytesPerImage);
    try {
      const wrongSize = await (task.rng === undefined
        ? decodeInto(out, task, target, reader)
        : augmentInto(out, task, target, reader));
      if (wrongSize !== undefined) failures.push({ position, kind: 'size', reason: wrongSize });
    } catch (error) {
      if (isMixError(error)) throw error;
      failures.push({ position, kind: 'corrupt', reason: firstLine(error) });
    }
  }
  return { pixels, failures };
}

// Gives the size of an image that does not have the target's.
async function decodeInto(
  out: Uint8Array,
  task: DecodeTask,
  { height, width, resize, cropShare = 1 }: DecodeTarget,
  reader: EncodedReader,
): Promise<string | undefined> {
  const encoded = task.kind === 'pixels' ? undefined : reader.read(task);
  if (encoded !== undefined && cropShare === 1 && decodePlainJpeg(out, encoded, height, width)) {
    return undefined;
  }
  const input = await openImage(task, encoded);
  if (resize) {
    const [high, wide] = [Math.round(height / cropShare), Math.round(width / cropShare)];
    input.resize(wide, high, { fit: 'cover' });
    const [top, left] = [Math.floor((high - height) / 2), Math.floor((wide - width) / 2)];
    if (cropShare < 1) input.extract({ top, left, height, width });
  }
  const image = await toRgb(input);
  if (image.height !== height || image.width !== width) return `${image.height}x${image.width}x3`;
  out.set(image.bytes);
  return undefined;
}

async function augmentInto(
  out: Uint8Array,
  task: DecodeTask,
  target: DecodeTarget,
  reader: EncodedReader,
): Promise<string | undefined> {
  const { height, width, augment = {} } = target;
  const decoded = async (): Promise<ByteImage | string> => {
    if (augment.resizedCrop !== undefined) return wholeImage(task, reader);
    const bytes = new Uint8Array(out.length);
    return (await decodeInto(bytes, task, target, reader)) ?? { bytes, height, width, channels: 3 };
  };
  const image = await decoded();
  if (typeof image === 'string') return image;
  // Given wherever images are augmented.
  const rng = restoreRng(task.rng as NonNullable<DecodeTask['rng']>);
  out.set(augmentImage(image, [height, width], rng, augment).bytes);
  return undefined;
}

async function wholeImage(task: DecodeTask, reader: EncodedReader): Promise<ByteImage> {
  if (task.kind !== 'pixels') return toRgb(await openImage(task, reader.read(task)));
  const [height, width, channels] = task.shape;
  return channels === 3
    ? { bytes: task.pixels, height, width, channels }
    : toRgb(await openImage(task, undefined));
}

async function openImage(task: DecodeTask, encoded: Uint8Array | undefined): Promise<Sharp> {
  const sharp = await loadSharp();
  return task.kind === 'pixels'
    ? sharp(task.pixels, { raw: rawLayout(task.shape) })
    : sharp(encoded, { failOn: 'warning' });
}

async function toRgb(input: Sharp): Promise<ByteImage> {
  const { data, info } = await input
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { height, width } = info;
  if (info.channels === 3) return { bytes: data, height, width, channels: 3 };
  const bytes = Uint8Array.from(
    { length: height * width * 3 },
    (_, index) => data[Math.floor(index / 3)] as number,
  );
  return { bytes, height, width, channels: 3 };
}

function rawLayout([height, width, channels]: readonly [number, number, number]): Raw {
  if (channels !== 1 && channels !== 3) throw new Error(`has ${channels} channels, not 1 or 3`);
  return { height, width, channels };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n')[0]?.trim() || 'unknown reason';
}
