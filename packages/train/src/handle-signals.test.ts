import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { decodeCheckpoint } from './checkpoint.js';
import { fileCheckpointStore } from './file-checkpoint-store.js';
import { handleSignals } from './handle-signals.js';

const root = mkdtempSync(join(tmpdir(), 'mix-signal-'));
afterAll(() => rmSync(root, { recursive: true }));
// Runs the built package, as an application would.
const script = fileURLToPath(new URL('../fixtures/train-until-signal.js', import.meta.url));

/** Starts the script, sends the signal after some steps, and gives status, output and errors. */
function trainAndSignal(folder: string, signal: NodeJS.Signals) {
  const child: ChildProcess = spawn(process.execPath, [script, folder]);
  let output = '';
  let errors = '';
  let sent = false;
  child.stdout?.on('data', (chunk) => {
    output += chunk;
    if (!sent && output.includes('step ')) sent = child.kill(signal);
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output, errors }));
  });
}

describe('handleSignals', () => {
  it('saves and exits 130 or 143, and the run goes on from there', async () => {
    const folder = join(root, 'run');
    const steps: number[] = [];
    for (const [signal, status] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const { code, output, errors } = await trainAndSignal(folder, signal);
      expect(errors).toBe('');
      expect(code).toBe(status);
      const result = JSON.parse(output.trim().split('\n').at(-1) ?? '');
      expect(result).toMatchObject({ stopped: true, epochsDone: 0 });
      const store = fileCheckpointStore(join(folder, 'checkpoints'));
      const { values } = await decodeCheckpoint((await store.load('last'))!, 'last');
      expect(values['position']).toMatchObject({ step: result.step });
      steps.push(result.step);
    }
    expect(steps[1]).toBeGreaterThan(steps[0]!);
  });

  it('only sets a flag at first, and exits at once at the second signal', () => {
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    const signals = handleSignals();
    process.emit('SIGTERM');
    expect(signals.signal.aborted).toBe(true);
    expect((signals.signal.reason as Error).message).toBe('stopped by SIGTERM');
    expect(signals.exitCode()).toBe(143);
    expect(exit).not.toHaveBeenCalled();
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledExactlyOnceWith(130);
    signals.dispose();
    exit.mockRestore();
  });

  it('gives the signals back', () => {
    const before = process.listenerCount('SIGINT');
    const signals = handleSignals();
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    expect(signals.exitCode()).toBeUndefined();
    signals.dispose();
    signals.dispose();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
