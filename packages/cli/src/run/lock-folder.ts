import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shownPath } from '../output/shown-path.js';

/** File in a run folder that holds the id of the process that works in it. */
export const lockName = 'run.lock';

const held = new Set<string>();

process.on('exit', () => {
  for (const path of held) rmSync(path, { force: true });
});

/**
 * Keeps other processes out of a run folder, until the result is called or the process ends. The lock of a process that is gone
 * is taken over.
 *
 * @throws Error when a living process has the folder.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, lockName);
  if (!create(path)) {
    takeAway(path, folder);
    if (!create(path)) throw inUse(folder);
  }
  held.add(path);
  return () => {
    if (held.delete(path)) rmSync(path, { force: true });
  };
}

function create(path: string): boolean {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function takeAway(path: string, folder: string): void {
  const owner = ownerOf(path);
  if (owner === undefined) return;
  if (isAlive(owner, path)) throw inUse(folder, owner);
  const aside = `${path}.${process.pid}`;
  try {
    // Of several that found the same stale lock, a rename lets one through for each lock.
    renameSync(path, aside);
  } catch {
    return;
  }
  const taken = ownerOf(aside);
  if (taken === owner) {
    rmSync(aside, { force: true });
    return;
  }
  // Somebody was faster, and this was the new lock.
  renameSync(aside, path);
  throw inUse(folder, taken);
}

/** The process that wrote a lock: undefined when it has been removed meanwhile, NaN when it says nothing. */
function ownerOf(path: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10);
  } catch {
    return undefined;
  }
}

function isAlive(id: number, path: string): boolean {
  // In a container every run can have the same id.
  if (id === process.pid) return held.has(path);
  if (Number.isNaN(id)) return true;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function inUse(folder: string, owner = Number.NaN): Error {
  const who = Number.isNaN(owner) ? 'another process' : `process ${owner}`;
  const place = shownPath(folder);
  return new Error(
    `${place} is in use by ${who}; wait until it ends, or choose another folder (remove ${join(place, lockName)} if no run is going on)`,
  );
}
