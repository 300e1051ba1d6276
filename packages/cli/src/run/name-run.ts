import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder under `runs/` that does not exist yet: the words, and a number from the second one on. */
export function nameRun(...words: readonly string[]): string {
  const base = join('runs', words.join('-'));
  let name = base;
  for (let number = 2; existsSync(name); number++) name = `${base}-${number}`;
  return name;
}
