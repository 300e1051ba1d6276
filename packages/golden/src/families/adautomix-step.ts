import { type AdautomixPlan, adautomixLosses, type BranchPlan } from '@mix/adautomix';
import type { Interpolation, NamedVariables } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { type GoldenCase, need, values } from '../golden-case.js';
import { generatorOf, sourcesOf } from './adautomix-generator.js';
import type { Family } from './family.js';
import {
  compareAfterStep,
  compareFrozen,
  compareScalars,
  compareStepGradients,
  stepBatch,
  stepNetworks,
  stepSgd,
} from './step-case.js';

export const adautomixStepFamily: Family = async (golden) => {
  const step = prepare(golden);
  const checks = [compareFrozen(golden, step)];
  const made: Record<string, tf.Tensor> = {};
  const { grads } = tf.variableGrads(() => {
    const losses = step.losses();
    const { generator, student: _, teacher: __, targets: ___, ...rest } = losses;
    const scalars = {
      cosine: generator?.cosine,
      loss_gen: generator?.loss,
      loss_mix_k: generator?.crossEntropy,
      loss_mix_q: rest.mix,
      loss_one_q_clean: rest.oneHot,
      loss_one_q: tf.sub(rest.classifier, rest.mix),
      loss_plain_mix_q: rest.plain,
      loss_total: tf.add(rest.classifier, generator?.loss ?? 0),
      mask_mb: generator?.masks,
      mixed_mb: generator?.images,
      mask_bb_raw: rest.masks,
      mixed_bb: rest.images,
    };
    for (const [name, value] of Object.entries(scalars)) {
      if (value !== undefined) made[name] = tf.keep(tf.clone(value));
    }
    return scalars.loss_total as tf.Scalar;
  }, Object.values(step.variables));
  checks.push(...(await compareScalars(golden, made)));
  for (const name of ['mask_mb', 'mixed_mb', 'mask_bb_raw', 'mixed_bb']) {
    checks.push(await compare(golden, `outputs.${name}`, made[name] ?? []));
  }
  checks.push(...(await compareStepGradients(golden, 'grads', step.variables, grads)));
  // The reference passes each source through the teacher once more, which moves its running statistics.
  for (const _ of step.plan.generator.sources[0] ?? []) tf.dispose([step.network.teach(step.batch.images)]);
  stepSgd(golden, step.variables, grads);
  step.network.update(step.student, 0, 1);
  checks.push(...(await compareAfterStep(golden, step, step.generator.state().tensors)));
  tf.dispose(made);
  step.dispose();
  return [...checks, ...(await termChecks(golden, 'ce')), ...(await termChecks(golden, 'cosine'))];
};

function prepare(golden: GoldenCase) {
  const networks = stepNetworks(golden);
  const config = golden.config['model'] as Record<string, number>;
  const block = golden.config['mix_block'] as Record<string, unknown>;
  const generator = generatorOf(golden, 'weights.mix_block.', {
    channels: block['in_channel'] as number,
    lamConcat: block['lam_concat'] === true,
  });
  const batch = stepBatch(golden);
  const branch = (name: string): BranchPlan => {
    const sources = sourcesOf(golden, `inputs.index_${name}`);
    const lam = sources.map(() => values(golden, `inputs.lam_${name}`));
    return { sources, lam, upsampling: block['unsampling_mode'] as Interpolation };
  };
  const shape = need(golden, 'inputs.image').shape.slice(0, 3) as [number, number, number];
  const plan: AdautomixPlan = {
    method: 'adautomix',
    shape,
    generator: branch('mb'),
    backbone: branch('bb'),
    trainsGenerator: true,
  };
  const adversarial = (golden.config['adv_iter'] as number) % (config['adv_interval'] ?? 1) === 0;
  const ofBlock = Object.entries(generator.variables).map(([name, v]) => [`mix_block.${name}`, v]);
  const variables: NamedVariables = { ...networks.trained, ...Object.fromEntries(ofBlock) };
  return {
    ...networks,
    generator,
    batch,
    plan,
    variables,
    losses: () =>
      adautomixLosses(networks.student, batch, plan, adversarial, {
        network: networks.network,
        generator,
        stage: 1,
        beta: config['beta_radio'] as number,
        cosine: 'reference',
        lamMargin: config['lam_margin'] as number,
        mixupRatio: config['mixup_radio'] as number,
        compat: golden.config['fix_margin'] === true ? 'none' : 'openmixup',
      }),
    dispose: () => {
      networks.dispose();
      generator.dispose();
    },
  };
}

/** The gradients of the generator's two terms apart, so that either sign of the cosine is checked. */
async function termChecks(golden: GoldenCase, term: 'ce' | 'cosine'): Promise<Check[]> {
  const step = prepare(golden);
  const { grads } = tf.variableGrads(() => {
    const { generator } = step.losses();
    return (term === 'ce' ? generator?.crossEntropy : generator?.cosine) as tf.Scalar;
  }, Object.values(step.generator.variables));
  const checks = await compareStepGradients(golden, `grads_terms.${term}`, step.variables, grads);
  step.dispose();
  return checks;
}
