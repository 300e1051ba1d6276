import type { EpochRecord } from '@mix/train';
import type { Config } from '../config/config-schema.js';
import type { TrainingOutcome } from '../run/run-training.js';

/** What a worker is told: a run to do, once, or to save and stop. */
export type WorkerOrder =
  | { readonly type: 'train'; readonly config: Config & { readonly out: string }; readonly debug: boolean }
  | { readonly type: 'stop' };

/** What a worker tells. */
export type WorkerReport =
  | { readonly type: 'progress'; readonly step: number; readonly totalSteps: number }
  | { readonly type: 'epoch'; readonly record: EpochRecord }
  | { readonly type: 'done'; readonly outcome: TrainingOutcome }
  | { readonly type: 'failed'; readonly message: string };
