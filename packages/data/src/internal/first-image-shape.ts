import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { FileSource, ImageSource } from '../dataset.js';
import { loadSharp } from './load-sharp.js';

const attempts = 8;

/** `[H,W,3]` of the first of `images` that can be read, if one of the first few can. */
export async function firstImageShape(
  images: Iterable<ImageSource>,
): Promise<readonly [height: number, width: number, channels: number] | undefined> {
  const sharp = await loadSharp();
  let tried = 0;
  for (const image of images) {
    if (image.kind !== 'file') continue;
    if (tried++ === attempts) return undefined;
    try {
      const { height, width } = await sharp(await encoded(image)).metadata();
      return [height, width, 3];
    } catch {
      // The loader will say what is wrong with it.
    }
  }
  return undefined;
}

async function encoded({ path, offset = 0, length }: FileSource): Promise<Uint8Array> {
  if (length === undefined) return readFile(path);
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(length);
    readSync(file, bytes, 0, length, offset);
    return bytes;
  } finally {
    closeSync(file);
  }
}
