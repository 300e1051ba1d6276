import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileCheckpointStore } from './file-checkpoint-store.js';

const root = mkdtempSync(join(tmpdir(), 'mix-store-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('fileCheckpointStore', () => {
  it('keeps last, the one before and best, and leaves no temporary file', async () => {
    const folder = join(root, 'deep', 'checkpoints');
    const store = fileCheckpointStore(folder);
    expect(await store.load('last')).toBeUndefined();
    await store.save('last', Uint8Array.of(1));
    expect(await store.load('previous')).toBeUndefined();
    await store.save('best', Uint8Array.of(2));
    await store.save('last', Uint8Array.of(3));
    const loaded = await Promise.all((['last', 'previous', 'best'] as const).map((slot) => store.load(slot)));
    expect(loaded.map((bytes) => bytes?.[0])).toEqual([3, 1, 2]);
    expect(readdirSync(folder).sort()).toEqual([
      ...['best.safetensors', 'last.previous.safetensors', 'last.safetensors'],
    ]);
    expect(store.describe('last')).toBe(join(folder, 'last.safetensors'));
  });

  it('is not misled by what a killed process left half written', async () => {
    const folder = join(root, 'killed');
    const store = fileCheckpointStore(folder);
    await store.save('last', Uint8Array.of(1, 2, 3));
    writeFileSync(join(folder, 'last.safetensors.tmp'), 'half');
    expect(await store.load('last')).toEqual(Buffer.of(1, 2, 3));
    await store.save('last', Uint8Array.of(4));
    expect(readFileSync(join(folder, 'last.safetensors'))).toEqual(Buffer.of(4));
    expect(readFileSync(join(folder, 'last.previous.safetensors'))).toEqual(Buffer.of(1, 2, 3));
  });

  it('does not take other errors for an empty place', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(fileCheckpointStore(file).load('last')).rejects.toThrow('ENOTDIR');
  });
});
