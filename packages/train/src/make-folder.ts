import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { MixError } from '@mix/core';

/**
 * Makes a folder and those it lies in, where they do not exist. (Node's recursive `mkdir` never returns where making one says
 * that its parent is missing although it is there, as under `/proc`.)
 *
 * @param path Any path; relative ones are taken from the working directory.
 * @throws MixError `MISSING_FILE` where it cannot be made, with the reason.
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    throw new MixError(`cannot make the folder '${path}': ${message}. Choose another place`, {
      code: 'MISSING_FILE',
      argument: 'path',
      received: path,
      cause,
    });
  }
}
