import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error.js';

/** Reads a JSON file as it is; what it holds is checked later, together with the flags. */
export function readConfigFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    const reason = code === 'ENOENT' ? 'there is no such file' : String(code ?? error);
    throw new UsageError(`${path}: cannot be read: ${reason}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${path}: is not JSON: ${(error as Error).message}`);
  }
}
