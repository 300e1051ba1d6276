import {
  type Batch,
  invalidArgument,
  type NamedTensors,
  type StepContext,
  variableGradients,
} from '@mix/core';
// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { clipGradients } from '../clip-gradients.js';
import type { FitOptions } from '../fit-options.js';
import type { Schedule } from '../schedule.js';
import type { Group, RunPlan } from './run-plan.js';

/** Losses (`loss.<group>`) and metrics (`metric.<name>`) of a batch, still on the device in one tensor. */
export interface BatchNumbers {
  readonly names: readonly string[];
  readonly numbers: Tensor1D;
  /** Images in the batch. */
  readonly samples: number;
}

/** What a step is told by one batch. */
export interface BatchGradients {
  /** By the names that tfjs gives variables; of the groups that had a loss. */
  readonly gradients: NamedTensors;
  readonly read: BatchNumbers;
}

/** Gradients of all groups' losses in one backward pass, and the numbers of the batch: new tensors, the caller's. */
export function gradientsOfBatch(
  { method, classifier }: Pick<FitOptions, 'method' | 'classifier'>,
  groups: readonly Group[],
  batch: Batch,
  context: StepContext,
): BatchGradients {
  let read: BatchNumbers | undefined;
  try {
    const gradients = tf.tidy(() => {
      const variables = groups.flatMap((group) => Object.values(group.variables)).filter((v) => v.trainable);
      const { grads } = variableGradients(() => {
        const { losses, metrics } = method.step(classifier, batch, context);
        checkLosses(method.name, groups, losses);
        checkMetrics(method.name, metrics);
        read = pack(losses, metrics, batch.images.shape[0]);
        return Object.values(losses).reduce((sum, loss) => tf.add(sum, loss));
      }, variables);
      const trained = groups.filter(({ name }) => read?.names.includes(`loss.${name}`));
      const own = trained.flatMap((group) => Object.values(group.variables).map(({ name }) => name));
      return Object.fromEntries(own.flatMap((name) => (grads[name] ? [[name, grads[name]]] : [])));
    });
    if (read === undefined) throw invalidArgument('fit', 'method.step', 'run within the step', undefined);
    return { gradients, read };
  } catch (error) {
    read?.numbers.dispose();
    throw error;
  }
}

/** The learning rate of every group at a step: all are known good before one is used, so that no weight is changed by half a step. */
export function ratesAt(groups: readonly Group[], step: number): Readonly<Record<string, number>> {
  return Object.fromEntries(groups.map(({ name, schedule }) => [name, rateAt(name, schedule, step)]));
}

/** Clips and updates every group that has gradients; borrows them. */
export function applyGradients(
  { groups, jointClip }: Pick<RunPlan, 'groups' | 'jointClip'>,
  given: NamedTensors,
  rates: Readonly<Record<string, number>>,
): void {
  tf.tidy(() => {
    const gradients = jointClip === undefined ? given : clipGradients(given, jointClip);
    for (const { name: group, variables, optimizer, clip } of groups) {
      const named = Object.entries(variables).flatMap(([name, variable]) => {
        const gradient = gradients[variable.name];
        return gradient === undefined ? [] : [[name, gradient] as const];
      });
      if (named.length === 0) continue;
      const own = Object.fromEntries(named);
      optimizer.update(
        variables,
        clip === undefined ? own : clipGradients(own, clip),
        rates[group] as number,
      );
    }
  });
}

function rateAt(group: string, schedule: Schedule, step: number): number {
  const rate = schedule(step);
  if (Number.isFinite(rate) && rate >= 0) return rate;
  throw invalidArgument('fit', `schedule of '${group}'`, `give a number of at least 0 at step ${step}`, rate);
}

function checkLosses(
  method: string,
  groups: readonly Group[],
  losses: Readonly<Record<string, Scalar>>,
): void {
  if (losses['classifier'] === undefined) {
    throw invalidArgument('fit', `losses of method '${method}'`, "have 'classifier'", Object.keys(losses));
  }
  for (const [name, loss] of Object.entries(losses)) {
    if (!groups.some((group) => group.name === name)) {
      const rule = `be of its groups, ${groups.map((group) => `'${group.name}'`).join(', ')}`;
      throw invalidArgument('fit', `losses of method '${method}'`, rule, name);
    }
    if (loss.size !== 1) {
      throw invalidArgument('fit', `loss of '${name}'`, 'be a scalar', loss.shape, { code: 'SHAPE' });
    }
  }
}

function checkMetrics(method: string, metrics: NamedTensors): void {
  for (const [name, { size, shape }] of Object.entries(metrics)) {
    if (size === 1) continue;
    throw invalidArgument('fit', `metric '${name}' of method '${method}'`, 'be a scalar', shape, {
      code: 'SHAPE',
    });
  }
}

function pack(losses: NamedTensors, metrics: NamedTensors, samples: number): BatchNumbers {
  const named: [string, Tensor][] = [
    ...Object.entries(losses).map(([name, loss]): [string, Tensor] => [`loss.${name}`, loss]),
    ...Object.entries(metrics).map(([name, metric]): [string, Tensor] => [`metric.${name}`, metric]),
  ];
  const numbers = tf.tidy(() =>
    tf.concat1d(named.map(([, value]) => tf.reshape(tf.cast(value, 'float32'), [1]) as Tensor1D)),
  );
  return { names: named.map(([name]) => name), numbers: tf.keep(numbers), samples };
}
