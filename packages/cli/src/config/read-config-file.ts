import { readFileSync } from 'node:fs';
import { fileProblems } from '../output/describe-error.js';
import { UsageError } from '../usage-error.js';

/** Reads a JSON file as it is; what it holds is checked later, together with the flags. */
export function readConfigFile(path: string): unknown {
  const text = readText(path);
  let reserved = false;
  let content: unknown;
  try {
    content = JSON.parse(text, (key, value: unknown) => {
      reserved ||= key === '__proto__';
      return value;
    });
  } catch (error) {
    throw new UsageError(`${path}: is not JSON: ${(error as Error).message}`);
  }
  // Copies of the object would lose it instead of refusing it.
  if (reserved) throw new UsageError(`${path}: unknown key '__proto__'`);
  return content;
}

function readText(path: string): string {
  try {
    // Editors on Windows put a mark of the byte order first, which is no JSON.
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code = '' } = error as { code?: string };
    const reason =
      code === 'ENOENT' ? 'there is no such file' : (fileProblems[code] ?? (code || String(error)));
    throw new UsageError(`${path}: cannot be read: ${reason}`);
  }
}
