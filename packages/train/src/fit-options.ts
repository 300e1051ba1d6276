import type { BatchSource, Classifier, Guide, Json, Method, Rng } from '@mix/core';
import type { CheckpointSlot, CheckpointStore } from './checkpoint-store.js';
import type { Clip } from './clip-gradients.js';
import type { Classify } from './evaluate.js';
import type { Optimizer } from './optimizer.js';
import type { Prepare } from './prepare-images.js';
import type { EpochRecord, TrainRecord } from './records.js';
import type { Schedule } from './schedule.js';

/** Options of `fit`. */
export interface FitOptions {
  /** What is trained; its variables are the group `classifier`. Borrowed. */
  readonly classifier: Classifier;
  /** What training optimises: `fromMixer(cutmix())` or a learned method. Borrowed. */
  readonly method: Method;
  /** Training batches. */
  readonly train: BatchSource;
  /** Evaluated on unmixed images; without it there is no best epoch. */
  readonly validation?: BatchSource;
  /**
   * Evaluated in place of `classifier`, such as one of a learned method's other heads, or all of them; chosen before the run. Borrowed.
   * @defaultValue classifier
   */
  readonly evaluated?: Classifier | EvaluatedHeads;
  /**
   * Called after every evaluation, or every epoch without one: what it finds goes into the epoch's record. It must leave everything
   * that is trained as it is.
   */
  readonly watch?: (epoch: number) => Promise<Readonly<Record<string, number | string>>>;
  /** Brings batches onto the device; see `prepareImages`. */
  readonly prepare: Prepare;
  /** Epochs of the whole run, at least 1. */
  readonly epochs: number;
  /** Where all draws come from; only forked, by epoch and step, so it stays where it is. */
  readonly rng: Rng;
  /** One optimiser for each group of variables; a single one is the classifier's. The caller disposes them. */
  readonly optimizers: Optimizer | Readonly<Record<string, Optimizer>>;
  /** Learning rate by step, for all groups or for each. */
  readonly schedule: Schedule | Readonly<Record<string, Schedule>>;
  /** Clips the gradients of every group, or of those it names, such as `{ generator: { norm: 1 } }`. Off by default. */
  readonly clip?: Clip | Readonly<Record<string, Clip>>;
  /**
   * Batches whose gradients are averaged, by their samples, for each step: a batch too large for the memory in parts. Everything that counts
   * steps counts these, schedules too: `⌈numBatches / accumulate⌉` an epoch. Batch statistics and mixes stay within each batch.
   * @defaultValue 1
   */
  readonly accumulate?: number;
  /**
   * How many steps in a row may be left out because a loss or a gradient is NaN or infinite. Nothing is changed by such a step: no weight, no
   * running statistic, no average. Above 0 every step is waited for, which costs time on a GPU, and begins with a copy of all weights.
   * @defaultValue 0: the first such loss is thrown
   */
  readonly skipNonFinite?: number;
  /** Passed on to guided mixers. */
  readonly guide?: Guide;
  /** Epochs from one evaluation to the next; the last epoch is always evaluated. @defaultValue 1 */
  readonly evaluateEvery?: number;
  /** Where checkpoints go; none are made without it. */
  readonly store?: CheckpointStore;
  /**
   * Go on from the store's newest good checkpoint, or begin if the store is empty. Without it, a store that holds a
   * checkpoint is an error, so that no run overwrites another. @defaultValue false
   */
  readonly resume?: boolean;
  /** Steps from one checkpoint to the next within an epoch; 0 saves at the end of epochs only. @defaultValue 0 */
  readonly checkpointEvery?: number;
  /** Whatever else defines the run, such as its resolved configuration; a checkpoint of another one is refused. */
  readonly config?: Json;
  /** Gets the records: start, every `logEvery`-th step, every epoch. */
  readonly log?: (record: TrainRecord) => void;
  /** Steps from one step record to the next; 0 leaves them out. @defaultValue 50 */
  readonly logEvery?: number;
  /** Called after every step, at most one step late; for live displays. */
  readonly onProgress?: (progress: FitProgress) => void;
  /** When aborted, the run finishes its step, saves `last` and returns with `stopped: true`. */
  readonly signal?: AbortSignal;
  /** Milliseconds of any clock, for `seconds` in records and nothing else. @defaultValue performance.now */
  readonly now?: () => number;
}

/** Several heads that are evaluated together. */
export interface EvaluatedHeads {
  /** The logits of each, in inference mode. */
  readonly classify: Classify;
  /** The name of the head that counts: that of the epoch's `validation`, by which the best one is found. */
  readonly counts: string;
}

/** Where a run is. */
export interface FitProgress {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Epochs of the whole run. */
  readonly epochs: number;
  /** Steps done in this epoch. */
  readonly stepInEpoch: number;
  /** Steps of one epoch. */
  readonly stepsPerEpoch: number;
  /** Steps done in the whole run. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly totalSteps: number;
  /** The classifier's loss in this step; NaN for one that was left out. */
  readonly loss: number;
}

/** What `fit` gives. */
export interface FitResult {
  /** Whether `signal` ended the run before its time; it can be resumed. */
  readonly stopped: boolean;
  /** Steps done. */
  readonly step: number;
  /** Epochs done. */
  readonly epochsDone: number;
  /** The last epoch that was completed. */
  readonly last?: EpochRecord;
  /** The epoch with the best evaluation; report it beside `last`. */
  readonly best?: EpochRecord;
  /** The checkpoint the run went on from. */
  readonly resumedFrom?: CheckpointSlot;
}
