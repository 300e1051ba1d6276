import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '@mix/train/node';
import { lockFolder } from './lock-folder.js';
import { requireFreeFolder } from './require-free-folder.js';

/** A folder that belongs to this process alone. */
export interface ClaimedFolder {
  /** Absolute. */
  readonly path: string;
  /** Lets others in; removes the folder if it was made for nothing. May be called twice. */
  readonly release: () => void;
}

/**
 * Takes the folder of a new run, so that of two runs that are started together one gets it.
 *
 * @throws Error when it is neither absent nor empty, or another process has it.
 */
export function claimFolder(out: string): ClaimedFolder {
  const path = resolve(out);
  makeFolder(dirname(path));
  const made = makeNew(path);
  if (!made) requireFreeFolder(out);
  const release = lockFolder(path);
  try {
    // Between the first look and the lock another run may have come and gone.
    requireFreeFolder(out);
  } catch (error) {
    release();
    throw error;
  }
  return claimed(path, release, made);
}

/** Takes a new folder under `runs/`: the words, and a number from the second one on. */
export function claimNewFolder(...words: readonly string[]): ClaimedFolder {
  const base = resolve(join('runs', words.join('-')));
  makeFolder(dirname(base));
  for (let number = 1; ; number++) {
    const path = number === 1 ? base : `${base}-${number}`;
    if (!makeNew(path)) continue;
    return claimed(path, lockFolder(path), true);
  }
}

function claimed(path: string, unlock: () => void, made: boolean): ClaimedFolder {
  return {
    path,
    release() {
      unlock();
      if (made) removeEmpty(path);
    },
  };
}

function makeNew(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It holds a run.
  }
}
