import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng, type HostBatch } from '@mix/core';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';

/** A fresh folder, removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mix-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Noise in RGB, `[height,width,3]`. */
export function noise(seed: number, height: number, width: number): Uint8Array {
  const rng = createRng(seed);
  return Uint8Array.from({ length: height * width * 3 }, () => rng.integer(256));
}

/** A noisy JPEG. */
export function jpeg(seed: number, height = 8, width = height): Promise<Buffer> {
  return sharp(noise(seed, height, width), { raw: { height, width, channels: 3 } })
    .jpeg()
    .toBuffer();
}

/** A noisy PNG. */
export function png(seed: number, height = 8, width = height): Promise<Buffer> {
  return sharp(noise(seed, height, width), { raw: { height, width, channels: 3 } })
    .png()
    .toBuffer();
}

type SpecialEntry = { name: string; type: 'directory' | 'symlink'; linkname?: string };

/** A tar of entries: a name or a header, and the bytes. */
export async function tar(
  entries: readonly (readonly [entry: string | SpecialEntry, bytes: Buffer | string])[],
): Promise<Buffer> {
  const packer = pack();
  for (const [entry, bytes] of entries)
    packer.entry(typeof entry === 'string' ? { name: entry } : entry, bytes);
  packer.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Writes a shard of `count` JPEGs, sample i of class i mod 3, and gives its path; `damage` changes single images. */
export async function writeShard(
  path: string,
  count: number,
  damage: (index: number, bytes: Buffer) => Buffer = (_, bytes) => bytes,
): Promise<string> {
  const entries: [string, Buffer | string][] = [];
  for (let index = 0; index < count; index++) {
    const key = String(index).padStart(4, '0');
    entries.push([`${key}.jpg`, damage(index, await jpeg(index))], [`${key}.cls`, String(index % 3)]);
  }
  writeFileSync(path, await tar(entries));
  return path;
}

/** All of an async stream. */
export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

/** The keys of batches, by batch. */
export function keysOf(batches: readonly HostBatch[]): string[][] {
  return batches.map(({ keys }) => keys.map((key) => key.replace(/^.*\//, '')));
}
