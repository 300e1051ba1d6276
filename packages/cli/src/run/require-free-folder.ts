import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathArgument } from '../output/shown-path.js';
import { lockName } from './lock-folder.js';

/** Throws unless a folder is absent or empty, so that no run overwrites another or a user's own files. */
export function requireFreeFolder(out: string): void {
  const found = statSync(out, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new Error(`--out: ${out} must be a folder for the run; it is a file`);
  if (existsSync(join(out, 'checkpoints')) || existsSync(join(out, 'metrics.jsonl'))) {
    throw new Error(
      `--out: ${out} holds a run already; go on with it by --resume ${pathArgument(out)}, or choose another folder`,
    );
  }
  const own = readdirSync(out).filter((name) => name !== lockName);
  if (own.length === 0) return;
  throw new Error(
    `--out: ${out} must be absent or empty; it has ${own.slice(0, 3).join(', ')}. Choose another folder`,
  );
}
