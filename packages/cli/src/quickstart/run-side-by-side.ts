import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { EpochRecord } from '@mix/train';
import type { Config } from '../config/config-schema.js';
import type { TrainingOutcome } from '../run/run-training.js';
import type { WorkerOrder, WorkerReport } from './worker-messages.js';

/** Runs to do at the same time. */
export interface SideBySide {
  readonly configs: readonly (Config & { readonly out: string })[];
  /** Stops all of them, with checkpoints. */
  readonly signal: AbortSignal;
  /** Shows where errors came from. */
  readonly debug: boolean;
  /** Called when every run has finished an epoch, with its records in the order of `configs`. */
  readonly onEpoch: (records: readonly EpochRecord[]) => void;
  /** Steps done and to do, of all runs together. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Trains each configuration in a process of its own. The first that fails ends the others, and is thrown. */
export async function runSideBySide(options: SideBySide): Promise<readonly TrainingOutcome[]> {
  const { configs, signal, onEpoch, onProgress } = options;
  const steps = configs.map(() => ({ done: 0, total: 0 }));
  const records = configs.map((): EpochRecord[] => []);
  const children = configs.map(() => startWorker(configs.length));
  const stop = (): void => {
    for (const child of children) send(child, { type: 'stop' });
  };
  signal.addEventListener('abort', stop);
  try {
    const outcomes = children.map((child, index) =>
      outcomeOf(child, (report) => {
        if (report.type === 'epoch') {
          const own = records[index] ?? [];
          own.push(report.record);
          const row = records.flatMap((list) => list[own.length - 1] ?? []);
          if (row.length === configs.length) onEpoch(row);
        } else if (report.type === 'progress') {
          steps[index] = { done: report.step, total: report.totalSteps };
          if (steps.every(({ total }) => total > 0)) {
            onProgress(sum(steps.map(({ done }) => done)), sum(steps.map(({ total }) => total)));
          }
        }
      }),
    );
    for (const [index, child] of children.entries()) {
      const config = configs[index];
      if (config) send(child, { type: 'train', config, debug: options.debug });
    }
    if (signal.aborted) stop();
    return await Promise.all(outcomes);
  } finally {
    signal.removeEventListener('abort', stop);
    for (const child of children) child.kill('SIGKILL');
  }
}

function startWorker(workers: number): ChildProcess {
  const script = fileURLToPath(new URL('./train-worker.js', import.meta.url));
  // Each would take all cores, and wait for the others at every turn.
  const share = String(Math.max(1, Math.floor(availableParallelism() / workers)));
  const env = { ...process.env, MIX_NATIVE_THREADS: process.env['MIX_NATIVE_THREADS'] ?? share };
  return fork(script, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

function send(child: ChildProcess, order: WorkerOrder): void {
  // A worker that has just ended has nothing left to be told.
  if (child.connected) child.send(order, () => undefined);
}

function outcomeOf(child: ChildProcess, onReport: (report: WorkerReport) => void): Promise<TrainingOutcome> {
  return new Promise((resolve, reject) => {
    child.on('message', (report: WorkerReport) => {
      if (report.type === 'done') resolve(report.outcome);
      else if (report.type === 'failed') reject(new Error(report.message));
      else onReport(report);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      reject(new Error(`a training process ended early (${signal ?? `exit ${code}`})`)),
    );
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
