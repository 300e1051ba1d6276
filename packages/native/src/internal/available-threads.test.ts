import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { availableThreads, checkThreads } from './available-threads.js';

const files = vi.hoisted(() => new Map<string, string>());
vi.mock('node:fs', () => ({
  readFileSync: (path: string) => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  },
}));
vi.mock('node:os', () => ({ availableParallelism: vi.fn(() => 8) }));

afterEach(() => {
  files.clear();
  vi.unstubAllEnvs();
});

describe('availableThreads', () => {
  it('takes the cores where nothing limits them', () => {
    expect(availableThreads()).toBe(8);
    expect(availableParallelism).toHaveBeenCalled();
  });

  it.each([
    ['max 100000', 8],
    ['200000 100000', 2],
    ['150000 100000', 2],
    ['50000 100000', 1],
    ['1600000 100000', 8],
    ['', 8],
  ])('keeps to cgroup 2: cpu.max %j gives %i', (text, threads) => {
    files.set('/sys/fs/cgroup/cpu.max', `${text}\n`);
    expect(availableThreads()).toBe(threads);
  });

  it.each([
    ['-1', 8],
    ['300000', 3],
    ['250000', 3],
  ])('keeps to cgroup 1: quota %s gives %i', (quota, threads) => {
    files.set('/sys/fs/cgroup/cpu/cpu.cfs_quota_us', `${quota}\n`);
    files.set('/sys/fs/cgroup/cpu/cpu.cfs_period_us', '100000\n');
    expect(availableThreads()).toBe(threads);
  });

  it('takes MIX_NATIVE_THREADS before all', () => {
    files.set('/sys/fs/cgroup/cpu.max', '100000 100000');
    vi.stubEnv('MIX_NATIVE_THREADS', '12');
    expect(availableThreads()).toBe(12);
    vi.stubEnv('MIX_NATIVE_THREADS', '');
    expect(availableThreads()).toBe(1);
  });

  it.each(['0', '-1', '1.5', 'many', '1e9'])('refuses MIX_NATIVE_THREADS=%s', (text) => {
    vi.stubEnv('MIX_NATIVE_THREADS', text);
    expect(() => availableThreads()).toThrow(
      `registerNative: the environment variable MIX_NATIVE_THREADS must be a whole number from 1 to 1024; received ${text}`,
    );
  });
});

describe('checkThreads', () => {
  it('passes whole numbers from 1 to 1024', () => {
    expect([1, 2, 1024].map((threads) => checkThreads(threads, 'threads'))).toEqual([1, 2, 1024]);
    for (const threads of [0, -2, 2.5, 1025, Number.NaN]) {
      expect(() => checkThreads(threads, 'threads')).toThrow(RangeError);
    }
  });
});
