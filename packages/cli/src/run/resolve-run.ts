import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config-schema.js';
import { readConfigFile } from '../config/read-config-file.js';
import { resolveConfig } from '../config/resolve-config.js';
import { UsageError } from '../usage-error.js';
import { requireFreeFolder } from './require-free-folder.js';

/** How a run was asked for. */
export interface RunRequest {
  /** Path of a configuration file. */
  readonly file?: string | undefined;
  /** Folder of a run to go on with. */
  readonly resume?: string | undefined;
  /** Values given by flags, by path. */
  readonly flags: ReadonlyMap<string, unknown>;
  /** Gets remarks. */
  readonly note: (line: string) => void;
}

/** The configuration of a run: a new one, or the one that a run folder holds. */
export function resolveRun({ file, resume, flags, note }: RunRequest): Config {
  if (resume === undefined) {
    const resolved = resolveConfig({ file: readFile(file), flags, note });
    // Known before data is read; the folder is taken when the run begins.
    if (resolved.out !== undefined) requireFreeFolder(resolved.out);
    return resolved;
  }
  if (file !== undefined || flags.has('out')) {
    const flag = file === undefined ? '--out' : '--config';
    throw new UsageError(`${flag} must be left out with --resume: the run folder has its own`);
  }
  const path = join(resume, 'config.json');
  if (!existsSync(path))
    throw new Error(`--resume: ${resume} must be the folder of a run; it has no config.json`);
  return { ...resolveConfig({ file: readFile(path), flags, note }), out: resolve(resume) };
}

function readFile(
  path: string | undefined,
): { readonly name: string; readonly content: unknown } | undefined {
  return path === undefined ? undefined : { name: path, content: readConfigFile(path) };
}
