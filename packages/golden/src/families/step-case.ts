import { createMomentumNetwork, type MomentumNetwork } from '@mix/automix';
import { type Batch, createRng, type NamedVariables, sgdUpdate } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareNumbers } from '../check.js';
import { type GoldenCase, need, tensor } from '../golden-case.js';
import { type TinyNet, tinyNet } from './tiny-net.js';

/** The networks of a training-step case, filled with its weights. */
export interface StepNetworks {
  readonly student: TinyNet;
  readonly teacher: TinyNet;
  readonly network: MomentumNetwork;
  /** What the step trains besides the block, by the case's names. */
  readonly trained: NamedVariables;
  dispose(): void;
}

const HEAD = ['fc.weight', 'fc.bias'];

export function stepNetworks(golden: GoldenCase): StepNetworks {
  const [student, teacher] = [tinyNet(golden, 'q'), tinyNet(golden, 'k')];
  const weights = teacher.state();
  const network = createMomentumNetwork({
    student,
    teacher,
    embeddingSize: need(golden, 'weights.head_mix_q.fc.weight').shape[0] as number,
    rng: createRng(0),
    momentum: golden.config['momentum'] as number,
  });
  const head = (prefix: string, side: 'q' | 'k') =>
    HEAD.map((name) => [`${prefix}.${name}`, tensor(golden, `weights.head_mix_${side}.${name}`)]);
  const own = Object.entries(weights.tensors).map(([name, value]) => [`teacher.${name}`, value]);
  const all = [...own, ...head('head_mix', 'q'), ...head('teacher_head_mix', 'k')];
  network.restore({ tensors: Object.fromEntries(all), values: {} });
  const named = Object.entries(student.variables).map(([name, v]) => [student.goldenName(name), v]);
  const heads = Object.entries(network.headVariables).map(([name, v]) => [
    name.replace('head_mix.', 'head_mix_q.'),
    v,
  ]);
  return {
    student,
    teacher,
    network,
    trained: Object.fromEntries([...named, ...heads]),
    dispose: () => {
      for (const each of [network, student, teacher]) each.dispose();
    },
  };
}

/** Images and labels of a step. */
export function stepBatch(golden: GoldenCase): Batch {
  return { images: tensor(golden, 'inputs.image'), labels: tensor(golden, 'inputs.label') };
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
  const { lr, momentum, weight_decay } = golden.config['sgd'] as Record<string, number>;
  const options = { learningRate: lr as number, momentum: momentum as number, nesterov: false, shrink: 1 };
  tf.tidy(() => {
    for (const weights of Object.values(variables)) {
      const gradient = grads[weights.name] as tf.Tensor;
      const updated = sgdUpdate(
        { weights, gradient, velocity: undefined },
        { ...options, weightDecay: weight_decay as number },
      );
      weights.assign(updated.weights);
    }
  });
}

/** Compares everything after the step, `block` being the generator's state by its own names. */
export async function compareAfterStep(
  golden: GoldenCase,
  { student, teacher, network }: StepNetworks,
  block: Readonly<Record<string, tf.Tensor>>,
): Promise<Check[]> {
  const after: Record<string, tf.Tensor> = {};
  for (const side of [student, teacher]) {
    for (const [name, value] of Object.entries(side.state().tensors)) after[side.goldenName(name)] = value;
  }
  for (const [name, value] of Object.entries(network.state().tensors)) {
    const renamed = name.replace(/^head_mix\./, 'head_mix_q.').replace(/^teacher_head_mix\./, 'head_mix_k.');
    if (renamed !== name) after[renamed] = value;
  }
  for (const [name, value] of Object.entries(block)) after[`mix_block.${name}`] = value;
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

/** The parameters that must receive no gradient are frozen: counts those that are not. */
export function compareFrozen(golden: GoldenCase, { teacher, network }: StepNetworks): Check {
  const frozen = golden.metadata['no_gradient'] as string[];
  const trainable = Object.entries(teacher.variables).filter(([, variable]) => variable.trainable);
  const trained = new Set(Object.values(network.headVariables));
  const wrong = trainable.filter(([name]) => frozen.includes(teacher.goldenName(name))).length;
  const heads = [...trained].filter((variable) => !variable.trainable).length;
  return compareNumbers('no_gradient', [wrong + heads], [0], 0);
}
