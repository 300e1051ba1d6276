import * as tf from '@tensorflow/tfjs-core';
import type { Evaluation } from '../evaluate.js';
import type { EpochRecord } from '../records.js';
import type { Position } from './run-state.js';
import { meansOf, recordNumbers } from './totals.js';

/** What was found out at the end of an epoch. */
export type Findings = Pick<EpochRecord, 'validation' | 'heads' | 'watched'>;

/** The record of the epoch whose steps are all done at `position`. */
export function epochRecord(
  { epoch, step, totals, learningRate, best }: Position,
  { validation, heads, watched }: Findings,
): EpochRecord {
  return {
    type: 'epoch',
    epoch: epoch + 1,
    step,
    ...recordNumbers(meansOf(totals)),
    learningRate,
    ...(totals.skipped && { skippedSteps: totals.skipped }),
    ...(validation && { validation }),
    ...(heads && { heads }),
    ...(watched && { watched }),
    best: validation !== undefined && isBetter(validation, best?.validation),
    seconds: totals.seconds,
    imagesPerSecond: totals.seconds > 0 ? totals.samples / totals.seconds : 0,
    numTensors: tf.memory().numTensors,
  };
}

function isBetter(now: Evaluation, best: Evaluation | undefined): boolean {
  if (best === undefined) return true;
  return now.top1 > best.top1 || (now.top1 === best.top1 && now.loss < best.loss);
}
