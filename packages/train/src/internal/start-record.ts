import type { NamedVariables } from '@mix/core';
import type { StartRecord } from '../records.js';
import type { FoundCheckpoint } from './newest-checkpoint.js';
import type { RunPlan } from './run-plan.js';
import type { Position } from './run-state.js';

/** The record that a run begins with, or goes on with from a checkpoint. */
export function startRecord(
  method: string,
  epochs: number,
  { groups, stepsPerEpoch }: RunPlan,
  { step, epoch }: Position,
  found: FoundCheckpoint | undefined,
): StartRecord {
  return {
    type: 'start',
    method,
    step,
    epochsDone: epoch,
    epochs,
    stepsPerEpoch,
    parameters: Object.fromEntries(groups.map(({ name, variables }) => [name, countNumbers(variables)])),
    ...(found && { resumedFrom: found.slot }),
    skipped: found?.skipped ?? [],
  };
}

function countNumbers(variables: NamedVariables): number {
  return Object.values(variables).reduce((sum, { size }) => sum + size, 0);
}
