import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Results by part; an empty record where there is no file yet. */
export function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return { parts: {} };
    throw new Error(`${file} cannot be read as results: ${error.message}`);
  }
}

/** Puts the part in place of what the file held of it, by a rename, so that a stop loses nothing. */
export function writePart(file, name, part) {
  const { parts } = readResults(file);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ parts: { ...parts, [name]: part } }, rounded, 1)}\n`);
  renameSync(`${file}.new`, file);
}

function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
