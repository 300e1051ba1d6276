import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Throws if a folder holds a run already, so that no run overwrites another. */
export function requireFreeFolder(out: string): void {
  if (!existsSync(join(out, 'checkpoints')) && !existsSync(join(out, 'metrics.jsonl'))) return;
  throw new Error(
    `--out: ${out} holds a run already; go on with it by --resume ${out}, or choose another folder`,
  );
}
