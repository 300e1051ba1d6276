import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMixError, MixError } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Check } from './check.js';
import { familyOf } from './families/index.js';
import { loadCase } from './golden-case.js';

/** What became of one file. */
export interface GoldenRow {
  readonly name: string;
  readonly status: 'pass' | 'fail' | 'no family';
  /** Quantities compared. */
  readonly checks: number;
  /** The worst quantity: largest error as a share of its limit. */
  readonly worst: Check | undefined;
  readonly problem?: string;
}

/** Runs every vector file of a folder whose name starts with one of `only` (all, if there are none). */
export async function* runGolden(folder: string, only: readonly string[] = []): AsyncGenerator<GoldenRow> {
  const files = (await list(folder)).filter(
    (file) => only.length === 0 || only.some((prefix) => file.startsWith(prefix)),
  );
  if (files.length === 0) {
    const message = `golden: folder '${folder}' has no .safetensors file${only.length ? ` starting with ${only.join(', ')}` : ''}`;
    throw new MixError(message, { code: 'MISSING_FILE', argument: 'folder', received: folder });
  }
  for (const file of files.sort())
    yield await runFile(join(folder, file), file.replace(/\.safetensors$/, ''));
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith('.safetensors'));
  } catch (cause) {
    throw new MixError(
      `golden: no such folder '${folder}'. Give the folder that holds the .safetensors files.`,
      {
        code: 'MISSING_FILE',
        argument: 'folder',
        received: folder,
        cause,
      },
    );
  }
}

async function runFile(path: string, name: string): Promise<GoldenRow> {
  const family = familyOf(name);
  if (family === undefined) return { name, status: 'no family', checks: 0, worst: undefined };
  const engine = tf.engine();
  engine.startScope();
  try {
    const checks = await family(await loadCase(path));
    const share = ({ error, limit }: Check): number => (error <= limit ? error / (limit || 1) : Infinity);
    const worst = [...checks].sort((a, b) => share(b) - share(a))[0];
    const passed = checks.length > 0 && checks.every(({ error, limit }) => error <= limit);
    return { name, status: passed ? 'pass' : 'fail', checks: checks.length, worst };
  } catch (error) {
    const problem = isMixError(error) || error instanceof Error ? error.message : String(error);
    return { name, status: 'fail', checks: 0, worst: undefined, problem };
  } finally {
    engine.endScope();
  }
}
