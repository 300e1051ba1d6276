import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * How many threads to use: `MIX_NATIVE_THREADS` where it is set, else the cores that the process may run on, within
 * the share of processor time that its control group grants.
 *
 * @throws RangeError where the variable is no whole number above 0.
 */
export function availableThreads(): number {
  const wanted = process.env['MIX_NATIVE_THREADS'];
  if (wanted === undefined || wanted === '') return Math.max(1, Math.min(availableParallelism(), granted()));
  return checkThreads(Number(wanted), 'the environment variable MIX_NATIVE_THREADS', wanted);
}

/** `threads` itself, where it is a whole number above 0. */
export function checkThreads(threads: number, what: string, received: unknown = threads): number {
  if (Number.isInteger(threads) && threads > 0 && threads <= 1024) return threads;
  throw new RangeError(
    `registerNative: ${what} must be a whole number from 1 to 1024; received ${String(received)}`,
  );
}

// Containers limit the time, not the cores: cgroup 2 has "QUOTA PERIOD" or "max PERIOD", cgroup 1 two files.
function granted(): number {
  const [quota, period] = read('/sys/fs/cgroup/cpu.max')?.split(' ') ?? [
    read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'),
    read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'),
  ];
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? Math.ceil(cores) : Number.POSITIVE_INFINITY;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
