import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readTrials, runTrials } from './run-trials.js';
import { meanAndDeviation, trialsTable } from './trials-table.js';

describe('runTrials', () => {
  let folder;
  let file;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mix-trials-'));
    file = join(folder, 'results.jsonl');
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });
  const trials = [0, 1].flatMap((seed) => ['a', 'b'].map((method) => ({ method, seed })));

  it('goes on where it was stopped, and makes anew a run whose line was cut short', async () => {
    let ran = [];
    const run = (stopAt) => (trial) => {
      if (ran.length === stopAt) throw new Error('killed');
      ran.push(trial);
      return { top1: trial.seed / 2 };
    };
    await expect(runTrials(file, trials, run(2))).rejects.toThrow('killed');
    expect(readTrials(file)).toEqual([
      { method: 'a', seed: 0, top1: 0 },
      { method: 'b', seed: 0, top1: 0 },
    ]);
    appendFileSync(file, '{"method":"a","seed":1,"to');
    ran = [];
    await runTrials(file, trials, run(Infinity));
    expect(ran).toEqual(trials.slice(2));
    expect(readTrials(file)).toHaveLength(4);
  });
});

describe('trialsTable', () => {
  it('gives mean and sample deviation, in per cent, of the methods that ran', () => {
    expect(meanAndDeviation([0.4, 0.5, 0.6])).toBe('50.0 ± 10.0');
    expect(meanAndDeviation([0.1234])).toBe('12.3');
    const trials = [
      { method: 'b', seed: 0, top1: 0.1, cpuSeconds: 10 },
      { method: 'a', seed: 0, top1: 0.2, cpuSeconds: 10 },
      { method: 'a', seed: 1, top1: 0.4, cpuSeconds: 21 },
    ];
    expect(trialsTable(trials, ['a', 'none', 'b'], { top1: 'accuracy' }).split('\n')).toEqual([
      '| method | accuracy    | CPU s a run | seeds |',
      '| ------ | ----------- | ----------- | ----- |',
      '| a      | 30.0 ± 14.1 | 16          | 2     |',
      '| b      | 10.0        | 10          | 1     |',
    ]);
  });
});
