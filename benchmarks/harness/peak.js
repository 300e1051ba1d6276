import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Measures the machine's peak by `peak.cpp`, for each thread count.
 *
 * @returns `{ [threads]: { gflops, gigabytesPerSecond } }`, or undefined where there is no g++.
 */
export function measurePeak(threadCounts) {
  const folder = mkdtempSync(join(tmpdir(), 'mix-peak-'));
  const program = join(folder, 'peak');
  const source = fileURLToPath(new URL('peak.cpp', import.meta.url));
  try {
    execFileSync('g++', ['-O3', '-march=native', '-std=c++17', '-pthread', '-o', program, source], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return Object.fromEntries(threadCounts.map((threads) => [threads, peakOf(program, threads)]));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function peakOf(program, threads) {
  const { gflops, gigabytesPerSecond } = JSON.parse(
    execFileSync(program, [String(threads)], { encoding: 'utf8' }),
  );
  return { gflops, gigabytesPerSecond };
}
