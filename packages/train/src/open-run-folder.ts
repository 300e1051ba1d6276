import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidArgument, type Json } from '@mix/core';
import { type CheckpointStore, checkpointSlots } from './checkpoint-store.js';
import { fileCheckpointStore } from './file-checkpoint-store.js';
import { writeDurably } from './internal/write-durably.js';
import { jsonlLog } from './jsonl-log.js';
import { makeFolder } from './make-folder.js';
import type { TrainRecord } from './records.js';

/** The files of one run, ready to be passed to `fit`. */
export interface RunFolder {
  /** `checkpoints/`. */
  readonly store: CheckpointStore;
  /** Appends to `metrics.jsonl`. */
  readonly log: (record: TrainRecord) => void;
  /** Path of `metrics.jsonl`, for `readRecords`. */
  readonly metricsPath: string;
}

/** Options of {@link openRunFolder}. */
export interface OpenRunFolderOptions {
  /**
   * Written to `config.json` when the run begins, plain JSON. A run that goes on keeps the file of its beginning; pass the configuration to
   * `fit` too, which refuses another one.
   */
  readonly config?: Json;
  /** Go on in a folder that holds a run already. @defaultValue false */
  readonly resume?: boolean;
}

/**
 * Opens the folder of a run: `config.json`, `metrics.jsonl` and `checkpoints/`.
 *
 * @param path Made if it does not exist.
 * @throws MixError `INVALID_ARGUMENT` when it holds checkpoints and `resume` is off.
 */
export async function openRunFolder(
  path: string,
  { config, resume = false }: OpenRunFolderOptions = {},
): Promise<RunFolder> {
  const store = fileCheckpointStore(join(path, 'checkpoints'));
  let hasRun = false;
  for (const slot of checkpointSlots) hasRun ||= (await store.load(slot)) !== undefined;
  if (hasRun && !resume) {
    throw invalidArgument('openRunFolder', 'path', 'be a folder without checkpoints', path, {
      remedy: 'Pass resume: true to go on with that run, or choose another folder',
    });
  }
  makeFolder(path);
  const configPath = join(path, 'config.json');
  if (config !== undefined && !(hasRun && existsSync(configPath))) {
    // Beside its place first: whoever resumes reads it, and half of one would be none.
    const fresh = `${configPath}.tmp`;
    await writeDurably(fresh, new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`));
    await rename(fresh, configPath);
  }
  const metricsPath = join(path, 'metrics.jsonl');
  return { store, log: jsonlLog(metricsPath), metricsPath };
}
