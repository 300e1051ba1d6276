import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a run of the command gave. */
export interface MixResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const script = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/**
 * Runs the built command in `folder`, without a terminal.
 *
 * @param interrupt When stdout holds a text, once: sends a signal to the command and all that it started, as a terminal does, or closes
 * stdout.
 */
export function runMix(
  words: readonly string[],
  folder: string,
  interrupt?: { readonly at: string; readonly signal: NodeJS.Signals | 'close' },
): Promise<MixResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...words], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own.
      detached: interrupt !== undefined,
    });
    let stdout = '';
    let stderr = '';
    let sent = false;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (interrupt !== undefined && !sent && stdout.includes(interrupt.at)) {
        sent = true;
        if (interrupt.signal === 'close') child.stdout.destroy();
        else if (child.pid !== undefined) process.kill(-child.pid, interrupt.signal);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
