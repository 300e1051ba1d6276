import { type Classifier, type HostTensor, invalidArgument, type Json, type Method } from '@mix/core';
import type { Checkpoint } from '../checkpoint.js';
import type { Clip } from '../clip-gradients.js';
import type { EpochRecord } from '../records.js';
import { downloadTensors, withUploaded } from './host-state.js';
import type { Identity } from './identity.js';
import type { Group } from './run-plan.js';
import type { Totals } from './totals.js';

/** Where a run is: plain JSON. */
export interface Position {
  /** Epochs done. */
  epoch: number;
  /** Steps done in the epoch under way; all of them if only its evaluation is left. */
  stepInEpoch: number;
  /** Steps done. */
  step: number;
  /** The classifier's learning rate in the last step. */
  learningRate: number;
  totals: Totals;
  /** Steps skipped in a row up to here. */
  skippedInRow?: number;
  last?: EpochRecord;
  best?: EpochRecord;
}

export interface Trained {
  readonly classifier: Classifier;
  readonly method: Method;
  readonly groups: readonly Group[];
  /** Clips the gradients of all groups together. */
  readonly jointClip?: Clip;
}

/** Takes down everything that the run needs to go on exactly here. */
export async function captureRun(
  trained: Trained,
  position: Position,
  identity: Identity,
): Promise<Checkpoint> {
  const tensors = new Map<string, HostTensor>();
  const values: Record<string, Json> = { position: toJson(position) };
  for (const [key, part] of partsOf(trained)) {
    const state = part.state();
    values[key] = state.values;
    await downloadTensors(`${key}.`, state.tensors, tensors);
  }
  checkFinite(tensors, position.step);
  return { tensors, identity, values };
}

/** Puts a checkpoint's content into classifier, method and optimisers. */
export function restoreRun(trained: Trained, { tensors, values }: Checkpoint): Position {
  for (const [key, part] of partsOf(trained)) {
    const own = (values[key] ?? {}) as { readonly [key: string]: Json };
    withUploaded(`${key}.`, tensors, (uploaded) => part.restore({ tensors: uploaded, values: own }));
  }
  return structuredClone(values['position']) as unknown as Position;
}

/** What is trained, and the buffers of its optimisers, by the name it has in a checkpoint. */
export function partsOf({ classifier, method, groups }: Trained) {
  return [
    ['model', classifier] as const,
    ['method', method] as const,
    ...groups.map(({ name, optimizer }) => [`optimizer.${name}`, optimizer] as const),
  ];
}

/** A gradient that overflowed in the very last step shows in no loss yet. */
function checkFinite(tensors: ReadonlyMap<string, HostTensor>, step: number): void {
  for (const [name, { dtype, data }] of tensors) {
    if (dtype !== 'F32' || (data as Float32Array).every(Number.isFinite)) continue;
    throw invalidArgument(
      'fit',
      `checkpoint tensor '${name}'`,
      `be finite after step ${step}`,
      'NaN or Infinity',
      {
        code: 'NOT_FINITE',
        remedy: 'It is not saved. Lower the learning rate, or clip gradients with clip: { norm: 1 }',
      },
    );
  }
}

function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}
