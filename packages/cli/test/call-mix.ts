import { runCli } from '../src/run-cli.js';
import type { MixResult } from './run-mix.js';

/** Runs the command in this process: as {@link runMix} where no process needs to end, without the time that its start takes. */
export async function callMix(words: readonly string[]): Promise<MixResult> {
  const said = { stdout: '', stderr: '' };
  const { stdout, stderr } = process;
  const own = [stdout.write, stderr.write] as const;
  const hear = (name: 'stdout' | 'stderr') => (text: string | Uint8Array) => {
    said[name] += String(text);
    return true;
  };
  stdout.write = hear('stdout');
  stderr.write = hear('stderr');
  try {
    return { exitCode: await runCli(words), ...said };
  } finally {
    [stdout.write, stderr.write] = own;
  }
}
