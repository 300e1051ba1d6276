import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { BytesSource, FileSource } from '../dataset.js';

/** The bytes of an encoded image. */
export function readEncoded(source: BytesSource | FileSource): Uint8Array {
  if (source.kind === 'bytes') return source.bytes;
  const { path, offset = 0, length } = source;
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
