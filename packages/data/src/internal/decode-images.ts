import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { isMixError } from '@mix/core';
import type { Raw } from 'sharp';
import type { PixelsSource } from '../dataset.js';
import type { DecodeFailure, DecodeReply, DecodeTarget, DecodeTask } from './decode-task.js';
import { decodePlainJpeg } from './jpeg/decode-jpeg.js';
import { loadSharp } from './load-sharp.js';

/** Reads and decodes images one after the other; a bad one becomes a failure, not an exception. */
export async function decodeImages(tasks: readonly DecodeTask[], target: DecodeTarget): Promise<DecodeReply> {
  const bytesPerImage = target.height * target.width * 3;
  const pixels = new Uint8Array(tasks.length * bytesPerImage);
  const failures: DecodeFailure[] = [];
  for (const [position, task] of tasks.entries()) {
    const out = pixels.subarray(position * bytesPerImage, (position + 1) * bytesPerImage);
    try {
      const wrongSize = await decodeInto(out, task, target);
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
  { height, width, resize }: DecodeTarget,
): Promise<string | undefined> {
  const encoded = task.kind === 'pixels' ? undefined : readEncoded(task);
  if (encoded !== undefined && decodePlainJpeg(out, encoded, height, width)) return undefined;
  const sharp = await loadSharp();
  const input =
    task.kind === 'pixels'
      ? sharp(task.pixels, { raw: rawLayout(task.shape) })
      : sharp(encoded, { failOn: 'warning' });
  if (resize) input.resize(width, height, { fit: 'cover' });
  const { data, info } = await input
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.height !== height || info.width !== width) return `${info.height}x${info.width}x3`;
  if (info.channels === 3) out.set(data);
  else for (let index = 0; index < out.length; index++) out[index] = data[Math.floor(index / 3)] as number;
  return undefined;
}

function rawLayout([height, width, channels]: readonly [number, number, number]): Raw {
  if (channels !== 1 && channels !== 3) throw new Error(`has ${channels} channels, not 1 or 3`);
  return { height, width, channels };
}

function readEncoded(task: Exclude<DecodeTask, PixelsSource>): Uint8Array {
  if (task.kind === 'bytes') return task.bytes;
  const { path, offset = 0, length } = task;
  if (length === undefined) return readFileSync(path);
  const bytes = new Uint8Array(length);
  const read = readSync(descriptor(path), bytes, 0, length, offset);
  if (read < length) throw new Error(`the file ends after ${read} of the ${length} bytes of this image`);
  return bytes;
}

const openFiles = new Map<string, number>();
const maxOpenFiles = 32;

// Shards are read in any order, many times: they stay open, the last few used.
function descriptor(path: string): number {
  const held = openFiles.get(path);
  openFiles.delete(path);
  const file = held ?? openSync(path, 'r');
  openFiles.set(path, file);
  if (openFiles.size > maxOpenFiles) {
    const [oldest, oldestFile] = openFiles.entries().next().value as [string, number];
    openFiles.delete(oldest);
    closeSync(oldestFile);
  }
  return file;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n')[0]?.trim() || 'unknown reason';
}
