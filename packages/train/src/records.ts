import type { CheckpointSlot } from './checkpoint-store.js';
import type { Evaluation } from './evaluate.js';

/** Numbers that steps and epochs have in common. */
export interface TrainingNumbers {
  /** Loss of the classifier's group. */
  readonly loss: number;
  /** Losses of the other groups. */
  readonly losses?: Readonly<Record<string, number>>;
  /** Mean share of the own image. */
  readonly lam?: number;
  /** λ-weighted accuracy of the mixed batches; no accuracy, see `mixedAccuracy` of `@mix/core`. */
  readonly mixedAccuracy?: number;
  /** What else the method reports. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Written when a run begins or goes on. Step and epoch records before it that lie beyond it are superseded. */
export interface StartRecord {
  /** Tells the kinds of records apart. */
  readonly type: 'start';
  /** Name of the method. */
  readonly method: string;
  /** Steps done so far; 0 for a new run. */
  readonly step: number;
  /** Epochs done so far. */
  readonly epochsDone: number;
  /** Epochs of the whole run. */
  readonly epochs: number;
  /** Steps of one epoch. */
  readonly stepsPerEpoch: number;
  /** Trainable numbers by group. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The checkpoint that was taken. */
  readonly resumedFrom?: CheckpointSlot;
  /** Checkpoints that were damaged and passed over, each with the reason. */
  readonly skipped: readonly string[];
}

/** One step. */
export interface StepRecord extends TrainingNumbers {
  /** Tells the kinds of records apart. */
  readonly type: 'step';
  /** Steps done, this one included. */
  readonly step: number;
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Learning rate of the classifier in this step. */
  readonly learningRate: number;
}

/** One epoch: means over its samples. */
export interface EpochRecord extends TrainingNumbers {
  /** Tells the kinds of records apart. */
  readonly type: 'epoch';
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Steps done. */
  readonly step: number;
  /** Learning rate of the classifier in the last step. */
  readonly learningRate: number;
  /** Steps that were left out because a loss or a gradient was not finite, if there were any: see `skipNonFinite` of `fit`. */
  readonly skippedSteps?: number;
  /** Evaluation on unmixed images, if this epoch had one. */
  readonly validation?: Evaluation;
  /** That of every head, where several are evaluated. */
  readonly heads?: Readonly<Record<string, Evaluation>>;
  /** What `watch` of `fit` found. */
  readonly watched?: Readonly<Record<string, number | string>>;
  /** Whether this is the best evaluation so far: higher top-1, or equal top-1 and lower loss. */
  readonly best: boolean;
  /** Time spent in training steps, evaluation not included. */
  readonly seconds: number;
  /** Training samples per second of that time. */
  readonly imagesPerSecond: number;
  /** `tf.memory().numTensors` at the end of the epoch. */
  readonly numTensors: number;
}

/** What `fit` logs; one line of JSON each. */
export type TrainRecord = StartRecord | StepRecord | EpochRecord;
