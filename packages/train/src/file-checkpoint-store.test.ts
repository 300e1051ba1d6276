import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { checkpointSlots } from './checkpoint-store.js';
import { fileCheckpointStore } from './file-checkpoint-store.js';

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>();
  return { ...actual, rename: vi.fn(actual.rename) };
});

const checkpoint = (step: number) => encodeCheckpoint({ tensors: new Map(), identity: {}, values: { step } });

async function stepIn(folder: string, slot: 'last' | 'previous'): Promise<unknown> {
  const bytes = await fileCheckpointStore(folder).load(slot);
  if (bytes === undefined) return 'missing';
  return decodeCheckpoint(bytes, slot).then(
    ({ values }) => values['step'],
    () => 'damaged',
  );
}

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
    const loaded = await Promise.all(checkpointSlots.map((slot) => store.load(slot)));
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

  it.each([
    ['damaged', 0, ['damaged', 1]],
    ['damaged', 1, [3, 1]],
    ['whole', 0, [2, 1]],
    ['whole', 1, ['missing', 2]],
    ['whole', 2, [3, 2]],
  ])('keeps a whole checkpoint of a %s last, killed after %i renames', async (state, renames, expected) => {
    const folder = join(root, `${state}-${renames}`);
    const before = fileCheckpointStore(folder);
    await before.save('last', await checkpoint(1));
    await before.save('last', await checkpoint(2));
    const path = before.describe('last');
    if (state === 'damaged') writeFileSync(path, readFileSync(path).subarray(0, -3));
    const { rename: actual } = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises');
    let left = renames;
    vi.mocked(rename).mockImplementation((from, to) =>
      left-- > 0 ? actual(from, to) : Promise.reject(new Error('killed')),
    );
    const resumed = fileCheckpointStore(folder);
    await resumed.save('last', await checkpoint(3)).catch(() => undefined);
    vi.mocked(rename).mockImplementation(actual);
    expect([await stepIn(folder, 'last'), await stepIn(folder, 'previous')]).toEqual(expected);
    await resumed.save('last', await checkpoint(4));
    await resumed.save('last', await checkpoint(5));
    expect([await stepIn(folder, 'last'), await stepIn(folder, 'previous')]).toEqual([5, 4]);
  });

  it('does not take other errors for an empty place', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(fileCheckpointStore(file).load('last')).rejects.toThrow('ENOTDIR');
  });
});
