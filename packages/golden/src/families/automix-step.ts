import {
  type AutomixMethod,
  type AutomixOptions,
  type AutomixPass,
  automix,
  type MaskLossMode,
  samix,
} from '@mix/automix';
import { createRng, type NamedTensors, type NamedVariables, sgdUpdate, variableGradients } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareNumbers } from '../check.js';
import { type GoldenCase, need, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';
import { type BlockConfig, designOf } from './mix-block.js';
import { stateOf, type TinyNetwork, tinyNetworkOf } from './tiny-network.js';

interface StepConfig {
  readonly mix_block: BlockConfig;
  readonly model: Readonly<Record<string, number>>;
  readonly momentum: number;
  readonly sgd: { readonly lr: number; readonly weight_decay: number };
}

/** A whole step on TinyNet: masks, losses, gradients, SGD, the teacher's average, all statistics. */
export const automixStepFamily: Family = async (golden) => {
  const config = golden.config as unknown as StepConfig;
  const [student, teacher] = [tinyNetworkOf(golden, 'q'), tinyNetworkOf(golden, 'k')];
  const method = methodOf(golden, config, student, teacher);
  const { pass, total, grads } = differentiate(golden, method, student);
  const { backbone, generator, terms } = pass;
  if (generator === undefined) throw new Error(`${golden.name}: the step must train the generator`);
  const pair = (share: tf.Tensor4D): tf.Tensor => tf.concat([share, tf.sub(1, share)], 3);
  const checks = [
    await compare(golden, 'outputs.mask_mb', pair(generator.share)),
    await compare(golden, 'outputs.mask_bb_raw', pair(backbone.raw)),
    await compare(golden, 'outputs.mixed_mb', generator.images),
    await compare(golden, 'outputs.mixed_bb', backbone.images),
    ...(await scalarChecks(golden, {
      loss_one_q: terms.one,
      loss_mix_q: terms.mix,
      loss_mix_k: terms.generator as tf.Scalar,
      mask_loss_weighted: terms.mask as tf.Scalar,
      loss_total: total,
    })),
  ];
  const trained = trainedOf(method, student);
  for (const [name, variable] of Object.entries(trained)) {
    const gradient = grads[variable.name] as tf.Tensor;
    checks.push(await compare(golden, `grads.${name}`, gradient));
    const { lr: learningRate, weight_decay: weightDecay } = config.sgd;
    const { weights } = sgdUpdate(
      { weights: variable as tf.Tensor, gradient },
      { learningRate, weightDecay },
    );
    variable.assign(weights);
  }
  const strays = [...Object.values(teacher.variables)].filter(({ name }) => grads[name] != null);
  checks.push(compareNumbers('no gradient of the teacher', [strays.length], [0], 0));
  method.afterStep?.(student, { rng: createRng(0), step: 0, progress: 0 });
  const after = { ...stateOf(method, student, teacher) };
  for (const name of golden.tensors.keys()) {
    const [, own] = /^outputs\.after\.(.+)$/.exec(name) ?? [];
    if (own !== undefined) checks.push(await compare(golden, name, after[own] as tf.Tensor));
  }
  method.dispose();
  student.dispose();
  teacher.dispose();
  return checks;
};

function methodOf(
  golden: GoldenCase,
  { mix_block: block, model, momentum }: StepConfig,
  student: TinyNetwork,
  teacher: TinyNetwork,
): AutomixMethod {
  const [, height, width, channels] = need(golden, 'inputs.image').shape as number[];
  const options: AutomixOptions = {
    classifier: student,
    teacher,
    imageShape: [Number(height), Number(width), Number(channels)],
    rng: createRng(0),
    stage: 1,
    block: designOf(block),
    momentum,
    maskLoss: {
      mode: block['mask_loss_mode'] as MaskLossMode,
      margin: Number(block['mask_loss_margin']),
      weight: Number(model['mask_loss']),
    },
    lamMargin: Number(model['lam_margin']),
  };
  const before = teacherState(golden);
  const method = block['value_neck_cfg'] ? samix(options) : automix(options);
  method.restore({ tensors: before, values: {} });
  return method;
}

/** What a method keeps, from the names of the vectors. */
function teacherState(golden: GoldenCase): NamedTensors {
  const prefixes: Readonly<Record<string, string>> = {
    'weights.mix_block.': 'block.',
    'weights.backbone_k.': 'teacher.',
    'weights.head_one_k.': 'teacher.',
    'weights.head_mix_q.': 'head_mix.',
    'weights.head_mix_k.': 'teacher_head_mix.',
  };
  const tensors: Record<string, tf.Tensor> = {};
  for (const name of golden.tensors.keys()) {
    const from = Object.keys(prefixes).find((prefix) => name.startsWith(prefix));
    if (from !== undefined) tensors[`${prefixes[from]}${name.slice(from.length)}`] = tensor(golden, name);
  }
  return tensors;
}

function differentiate(golden: GoldenCase, method: AutomixMethod, student: TinyNetwork) {
  const pairs = (of: 'mb' | 'bb') => {
    const partner = values(golden, `inputs.index_${of}`);
    return { partner, lam: partner.map(() => values(golden, `inputs.lam_${of}`)[0] as number) };
  };
  const plan = {
    generator: pairs('mb'),
    backbone: pairs('bb'),
    trainsGenerator: true,
    adjustsMasks: false,
  };
  const batch = {
    images: tensor<tf.Tensor4D>(golden, 'inputs.image'),
    labels: tensor<tf.Tensor1D>(golden, 'inputs.label'),
  };
  let kept: AutomixPass | undefined;
  const { value: total, grads } = variableGradients(() => {
    const pass = method.pass(student, batch, plan, { rng: createRng(0), progress: 0 });
    for (const part of [pass.terms, pass.backbone, pass.generator ?? {}]) {
      for (const made of Object.values<tf.Tensor>(part)) tf.keep(made);
    }
    kept = pass;
    return tf.addN(Object.values(pass.terms)) as tf.Scalar;
  }, Object.values(tf.engine().registeredVariables));
  return { pass: kept as unknown as AutomixPass, total, grads };
}

/** The trained variables under the vectors' names. */
function trainedOf({ network, block }: AutomixMethod, student: TinyNetwork): NamedVariables {
  const named: Record<string, tf.Variable> = {};
  for (const [name, variable] of Object.entries(student.variables)) {
    named[name.startsWith('fc.') ? `head_one_q.${name}` : `backbone_q.${name}`] = variable;
  }
  for (const [name, variable] of Object.entries(network.headVariables)) {
    named[name.replace('head_mix.', 'head_mix_q.')] = variable;
  }
  for (const [name, variable] of Object.entries(block.variables)) named[`mix_block.${name}`] = variable;
  return named;
}

async function scalarChecks(golden: GoldenCase, got: Readonly<Record<string, tf.Scalar>>): Promise<Check[]> {
  const wanted = golden.metadata['scalars'] as Readonly<Record<string, number>>;
  const { atol, rtol } = golden.tolerance;
  return Promise.all(
    Object.entries(got).map(async ([name, scalar]) => {
      const number = wanted[name] as number;
      return compareNumbers(name, await scalar.data(), [number], atol + rtol * Math.abs(number));
    }),
  );
}
