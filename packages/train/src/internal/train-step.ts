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
import type { Group } from './run-plan.js';

/** Losses (`loss.<group>`) and metrics (`metric.<name>`) of a step, still on the device in one tensor. */
export interface StepNumbers {
  readonly names: readonly string[];
  readonly numbers: Tensor1D;
}

/**
 * One step: gradients of all groups' losses in one backward pass, clipping, and an update of every group that had a loss.
 * `numbers` is the caller's.
 */
export function trainStep(
  { method, classifier }: Pick<FitOptions, 'method' | 'classifier'>,
  groups: readonly Group[],
  batch: Batch,
  context: StepContext,
): StepNumbers {
  let read: StepNumbers | undefined;
  try {
    tf.tidy(() => {
      const variables = groups.flatMap((group) => Object.values(group.variables)).filter((v) => v.trainable);
      const { grads } = variableGradients(() => {
        const { losses, metrics } = method.step(classifier, batch, context);
        checkLosses(method.name, groups, losses);
        read = pack(losses, metrics);
        return Object.values(losses).reduce((sum, loss) => tf.add(sum, loss));
      }, variables);
      const trained = new Set(read?.names);
      for (const { name, variables, optimizer, schedule, clip } of groups) {
        if (!trained.has(`loss.${name}`)) continue;
        const own = gradientsOf(variables, grads);
        optimizer.update(
          variables,
          clip === undefined ? own : clipGradients(own, clip),
          schedule(context.step),
        );
      }
    });
    method.afterStep?.(classifier, context);
  } catch (error) {
    read?.numbers.dispose();
    throw error;
  }
  if (read === undefined) throw invalidArgument('fit', 'method.step', 'run within the step', undefined);
  return read;
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

function pack(losses: NamedTensors, metrics: NamedTensors): StepNumbers {
  const named: [string, Tensor][] = [
    ...Object.entries(losses).map(([name, loss]): [string, Tensor] => [`loss.${name}`, loss]),
    ...Object.entries(metrics).map(([name, metric]): [string, Tensor] => [`metric.${name}`, metric]),
  ];
  const numbers = tf.tidy(() =>
    tf.concat1d(named.map(([, value]) => tf.reshape(tf.cast(value, 'float32'), [1]) as Tensor1D)),
  );
  return { names: named.map(([name]) => name), numbers: tf.keep(numbers) };
}

function gradientsOf(variables: Group['variables'], gradients: NamedTensors): NamedTensors {
  const own: Record<string, Tensor> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const gradient = gradients[variable.name];
    if (gradient !== undefined && gradient !== null) own[name] = gradient;
  }
  return own;
}
