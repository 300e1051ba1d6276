import type { MomentumNetwork } from '@mix/automix';
import { type Batch, type Method, type NamedVariables, sgdUpdate } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareNumbers } from '../check.js';
import { type GoldenCase, need, tensor } from '../golden-case.js';
import { type TinyNet, tinyNet } from './tiny-net.js';

/** A learned method with its network and what frees it. */
type LearnedMethod = Method & { readonly network: MomentumNetwork; dispose(): void };

/** A training-step case, its weights filled in. */
export interface StepCase<M extends LearnedMethod> {
  readonly student: TinyNet;
  readonly teacher: TinyNet;
  readonly method: M;
  readonly batch: Batch;
  /** Everything that the step trains, by the case's names. */
  readonly variables: NamedVariables;
  dispose(): void;
}

/** What methods are made of in these cases. */
export interface StepParts {
  readonly classifier: TinyNet;
  readonly teacher: TinyNet;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly momentum: number;
}

/**
 * Builds the networks of a case and its method, and fills in the weights.
 *
 * @param prefix Of the block's tensors in the method's state.
 */
export function stepCase<M extends LearnedMethod>(
  golden: GoldenCase,
  prefix: string,
  make: (parts: StepParts) => M,
): StepCase<M> {
  const [student, teacher] = [tinyNet(golden, 'q'), tinyNet(golden, 'k')];
  const own = teacher.state().tensors;
  const [, ...imageShape] = need(golden, 'inputs.image').shape as [number, number, number, number];
  const method = make({
    classifier: student,
    teacher,
    imageShape,
    momentum: golden.config['momentum'] as number,
  });
  const { tensors, values } = method.state();
  const weights = Object.entries(tensors).map(([name, { shape }]) => {
    if (name.startsWith('teacher.')) return [name, own[name.slice('teacher.'.length)]];
    return [name, tf.reshape(tensor(golden, `weights.${goldenName(name, prefix)}`), shape)];
  });
  method.restore({ tensors: Object.fromEntries(weights), values });
  const named = Object.entries(student.variables).map(([name, v]) => [student.goldenName(name), v]);
  const heads = Object.entries(method.network.headVariables).map(([name, v]) => [
    goldenName(name, prefix),
    v,
  ]);
  const block = Object.entries(method.groups['generator'] ?? {}).map(([name, v]) => [`mix_block.${name}`, v]);
  return {
    student,
    teacher,
    method,
    batch: { images: tensor(golden, 'inputs.image'), labels: tensor(golden, 'inputs.label') },
    variables: Object.fromEntries([...named, ...heads, ...block]),
    dispose: () => {
      for (const each of [method, student, teacher]) each.dispose();
    },
  };
}

/** What the case calls something of the method's state. */
function goldenName(name: string, prefix: string): string {
  return name
    .replace(/^head_mix\./, 'head_mix_q.')
    .replace(/^teacher_head_mix\./, 'head_mix_k.')
    .replace(prefix, 'mix_block.');
}

/** Compares gradients, by the case's names, with `<prefix>.<name>`; every one of the case must be there. */
export async function compareStepGradients(
  golden: GoldenCase,
  prefix: string,
  variables: NamedVariables,
  grads: tf.NamedTensorMap,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const name of golden.tensors.keys()) {
    if (!name.startsWith(`${prefix}.`)) continue;
    const variable = variables[name.slice(prefix.length + 1)];
    checks.push(await compare(golden, name, grads[variable?.name ?? ''] ?? []));
  }
  return checks;
}

/** One step of the case's SGD: momentum has no effect on the first. */
export function stepSgd(golden: GoldenCase, variables: NamedVariables, grads: tf.NamedTensorMap): void {
  const {
    lr = 0,
    momentum = 0,
    weight_decay: weightDecay = 0,
  } = golden.config['sgd'] as Record<string, number>;
  tf.tidy(() => {
    for (const weights of Object.values(variables)) {
      const gradient = grads[weights.name] as tf.Tensor;
      const updated = sgdUpdate({ weights, gradient }, { learningRate: lr, momentum, weightDecay });
      weights.assign(updated.weights);
    }
  });
}

/** Compares everything after the step. */
export async function compareAfterStep<M extends LearnedMethod>(
  golden: GoldenCase,
  prefix: string,
  { student, teacher, method }: StepCase<M>,
): Promise<Check[]> {
  const after: Record<string, tf.Tensor> = {};
  for (const side of [student, teacher]) {
    for (const [name, value] of Object.entries(side.state().tensors)) after[side.goldenName(name)] = value;
  }
  for (const [name, value] of Object.entries(method.state().tensors)) after[goldenName(name, prefix)] = value;
  const checks: Check[] = [];
  for (const name of golden.tensors.keys()) {
    const [, wanted] = /^outputs\.after\.(.+)$/.exec(name) ?? [];
    if (wanted !== undefined) checks.push(await compare(golden, name, after[wanted] ?? []));
  }
  return checks;
}

/** Compares scalars of the case by name; one that is not there fails. */
export async function compareScalars(
  golden: GoldenCase,
  got: Readonly<Record<string, tf.Tensor | undefined>>,
): Promise<Check[]> {
  const { atol, rtol } = golden.tolerance;
  const checks: Check[] = [];
  for (const [name, wanted] of Object.entries(golden.metadata['scalars'] as Record<string, number>)) {
    const value = (await got[name]?.data()) ?? [];
    checks.push(compareNumbers(name, value, [wanted], atol + rtol * Math.abs(wanted)));
  }
  return checks;
}

/** Counts parameters that must receive no gradient, and yet are trained or not frozen. */
export function compareFrozen<M extends LearnedMethod>(
  golden: GoldenCase,
  { teacher, variables }: StepCase<M>,
): Check {
  const frozen = golden.metadata['no_gradient'] as string[];
  const free = Object.entries(teacher.variables).filter(([, variable]) => variable.trainable);
  const wrong = free.filter(([name]) => frozen.includes(teacher.goldenName(name)));
  const trained = frozen.filter((name) => Object.hasOwn(variables, name));
  return compareNumbers('no_gradient', [wrong.length + trained.length], [0], 0);
}
