import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeCheckpoint } from '@mix/train';
import { expect, it } from 'vitest';
import type { Training } from './create-training.js';
import { hasCheckpoint, restoreNewest } from './restore-newest.js';

const folder = mkdtempSync(join(tmpdir(), 'mix-'));
const file = (name: string): string => join(folder, 'checkpoints', `${name}.safetensors`);

async function save(name: string): Promise<void> {
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  const values = { model: { name }, method: { name } };
  writeFileSync(file(name), await encodeCheckpoint({ tensors: new Map(), identity: {}, values }));
}

/** What was restored of a run, and what was said. */
async function restored(): Promise<{
  readonly names: readonly unknown[];
  readonly notes: readonly string[];
}> {
  const names: unknown[] = [];
  const notes: string[] = [];
  const part = { restore: ({ values }: { values: { name?: unknown } }) => void names.push(values.name) };
  const training = { model: part, method: part } as unknown as Training;
  await restoreNewest(training, folder, (line) => notes.push(line));
  return { names, notes };
}

it('takes the newest checkpoint that is whole, and says what it passed over', async () => {
  expect(hasCheckpoint(folder)).toBe(false);
  for (const name of ['last', 'last.previous']) await save(name);
  expect(await restored()).toEqual({ names: ['last', 'last'], notes: [] });

  const bytes = readFileSync(file('last'));
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file('last'), bytes);
  expect(await restored()).toEqual({
    names: ['last.previous', 'last.previous'],
    notes: [
      expect.stringMatching(/^passed over a checkpoint: last\.safetensors is damaged \(.*\)$/),
      'took last.previous.safetensors',
    ],
  });

  rmSync(file('last.previous'));
  expect(hasCheckpoint(folder)).toBe(true);
  await expect(restored()).rejects.toThrow(
    /must hold a checkpoint that can be read; got last\.safetensors is damaged .*; best\.safetensors is missing$/,
  );
  await save('best');
  expect((await restored()).names).toEqual(['best', 'best']);
});
