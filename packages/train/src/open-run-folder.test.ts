import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRecords } from './jsonl-log.js';
import { openRunFolder } from './open-run-folder.js';

const root = mkdtempSync(join(tmpdir(), 'mix-run-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('openRunFolder', () => {
  it('lays out config, metrics and checkpoints', async () => {
    const path = join(root, 'run');
    const { store, log, metricsPath } = await openRunFolder(path, { config: { seed: 0 } });
    expect(JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'))).toEqual({ seed: 0 });
    log({ type: 'step', step: 1, epoch: 1, loss: 2, learningRate: 0.1 });
    expect(readRecords(metricsPath)).toHaveLength(1);
    await store.save('last', Uint8Array.of(1));
    await expect(openRunFolder(path)).rejects.toThrow(
      /openRunFolder: path must be a folder without checkpoints; got ".*run"\. Pass resume: true/,
    );
    expect(await (await openRunFolder(path, { resume: true })).store.load('last')).toEqual(Buffer.of(1));
  });

  it('keeps the configuration that a run began with', async () => {
    const path = join(root, 'kept');
    const config = () => JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'));
    await openRunFolder(path, { config: { seed: 0 } });
    // Nothing is saved yet, so this is the beginning still.
    const { store } = await openRunFolder(path, { config: { seed: 1 }, resume: true });
    expect(config()).toEqual({ seed: 1 });
    await store.save('last', Uint8Array.of(1));
    await openRunFolder(path, { config: { seed: 2 }, resume: true });
    expect(config()).toEqual({ seed: 1 });
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'config.json']);
    rmSync(join(path, 'config.json'));
    await openRunFolder(path, { config: { seed: 2 }, resume: true });
    expect(config()).toEqual({ seed: 2 });
  });
});
