import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { MixError, type MixErrorCode } from '@mix/core';

/** A data error about a path: `<where>: <what>. <remedy>`. */
export function pathError(
  where: string,
  path: string,
  what: string,
  remedy: string,
  code: MixErrorCode = 'MISSING_FILE',
): MixError {
  return new MixError(`${where}: ${what}. ${remedy}`, { code, argument: path, received: path });
}

/** Whether `path`, or what it links to, is a file, a folder, or nothing that can be read. */
export function kindOf(path: string): 'file' | 'folder' | 'missing' {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return 'missing';
    return stats.isDirectory() ? 'folder' : 'file';
  } catch (error) {
    // A link to itself.
    if ((error as { code?: unknown }).code === 'ELOOP') return 'missing';
    throw error;
  }
}

/** The folder's entries in order of their names' UTF-16 units, the same on every machine. */
export function sortedEntries(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
}

/** Whether the file ends in a block of zeros, as every whole tar does. */
export function endsInZeroBlock(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const block = new Uint8Array(512);
    return (
      size >= 512 && readSync(file, block, 0, 512, size - 512) === 512 && block.every((byte) => byte === 0)
    );
  } finally {
    closeSync(file);
  }
}

/** The non-empty lines of a text file, or nothing if there is no such file. */
export function readLines(path: string): string[] | undefined {
  if (kindOf(path) !== 'file') return undefined;
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
