import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { BytesSource, FileSource } from '../dataset.js';

/** Reads encoded images. Whoever makes one closes it: a shard that takes another's place is not seen by one that is open. */
export interface EncodedReader {
  /** The bytes of an encoded image. */
  read(source: BytesSource | FileSource): Uint8Array;
  /** Closes the shards that are open; what is read afterwards keeps none open. */
  close(): void;
}

const maxOpenFiles = 32;

/** Makes a reader that keeps the shards it used last open: they are read in any order, many times. */
export function createEncodedReader(): EncodedReader {
  const openFiles = new Map<string, number>();
  let closed = false;

  function descriptor(path: string): number {
    const held = openFiles.get(path);
    openFiles.delete(path);
    const file = held ?? openSync(path, 'r');
    openFiles.set(path, file);
    if (openFiles.size > maxOpenFiles) {
      const [oldest] = openFiles.keys();
      closeFile(oldest as string);
    }
    return file;
  }

  function closeFile(path: string): void {
    const file = openFiles.get(path);
    openFiles.delete(path);
    if (file !== undefined) closeSync(file);
  }

  return {
    read(source) {
      if (source.kind === 'bytes') return source.bytes;
      const { path, offset = 0, length } = source;
      if (length === undefined) return readFileSync(path);
      const bytes = new Uint8Array(length);
      try {
        const read = readSync(descriptor(path), bytes, 0, length, offset);
        if (read === length) return bytes;
        throw new Error(`the file ends after ${read} of the ${length} bytes of this image`);
      } finally {
        if (closed) closeFile(path);
      }
    },
    close() {
      closed = true;
      for (const path of [...openFiles.keys()]) closeFile(path);
    },
  };
}
