import {
  type AdautomixMethod,
  type AdautomixPlan,
  adautomix,
  type BranchPlan,
  type MarginRule,
} from '@mix/adautomix';
import { createRng, type Interpolation } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { type GoldenCase, need, values } from '../golden-case.js';
import { designOf, sourcesOf } from './adautomix-generator.js';
import type { Family } from './family.js';
import {
  compareAfterStep,
  compareFrozen,
  compareScalars,
  compareStepGradients,
  type StepCase,
  stepCase,
  stepSgd,
} from './step-case.js';

const PREFIX = 'generator.';

export const adautomixStepFamily: Family = async (golden) => {
  const step = prepare(golden);
  const { method, plan, batch, student } = step;
  const checks = [compareFrozen(golden, step)];
  const made: Record<string, tf.Tensor> = {};
  const { grads } = tf.variableGrads(() => {
    const { terms, losses, generator, backbone } = method.pass(student, batch, plan, step.at);
    const total = tf.add(losses.classifier, losses.generator ?? 0) as tf.Scalar;
    const results = {
      cosine: generator?.cosine,
      loss_gen: terms.generator,
      loss_mix_k: generator?.crossEntropy,
      loss_mix_q: terms.mix,
      loss_one_q_clean: terms.one,
      loss_one_q: tf.sub(losses.classifier, terms.mix),
      loss_plain_mix_q: terms.plain,
      loss_total: total,
      mask_mb: generator?.masks,
      mixed_mb: generator?.images,
      mask_bb_raw: backbone.raw,
      mixed_bb: backbone.images,
    };
    for (const [name, value] of Object.entries(results)) {
      if (value !== undefined) made[name] = tf.keep(tf.clone(value));
    }
    return total;
  }, Object.values(step.variables));
  checks.push(...(await compareScalars(golden, made)));
  for (const name of ['mask_mb', 'mixed_mb', 'mask_bb_raw', 'mixed_bb']) {
    checks.push(await compare(golden, `outputs.${name}`, made[name] ?? []));
  }
  checks.push(...(await compareStepGradients(golden, 'grads', step.variables, grads)));
  // The reference passes each source through the teacher once more, which moves its running statistics.
  for (const _ of plan.generator.sources[0] ?? []) tf.tidy(() => void method.network.teach(batch.images));
  stepSgd(golden, step.variables, grads);
  method.network.update(student, 0, 1);
  checks.push(...(await compareAfterStep(golden, PREFIX, step)));
  tf.dispose(made);
  step.dispose();
  return [...checks, ...(await termChecks(golden, 'ce')), ...(await termChecks(golden, 'cosine'))];
};

interface AdautomixCase extends StepCase<AdautomixMethod> {
  readonly plan: AdautomixPlan;
  readonly at: { readonly step: number };
}

function prepare(golden: GoldenCase): AdautomixCase {
  const config = golden.config['model'] as Record<string, number>;
  const block = golden.config['mix_block'] as Record<string, unknown>;
  const made = stepCase(golden, PREFIX, (parts) =>
    adautomix({
      ...parts,
      rng: createRng(0),
      stage: 1,
      generator: designOf(golden, 'weights.mix_block.', block),
      cosine: 'reference',
      marginRule: marginRuleOf(golden, config['lam_margin'] ?? 0.03),
      ...(config['beta_radio'] !== undefined && { beta: config['beta_radio'] }),
      ...(config['adv_interval'] !== undefined && { advInterval: config['adv_interval'] }),
      ...(config['lam_margin'] !== undefined && { lamMargin: config['lam_margin'] }),
      ...(config['mixup_radio'] !== undefined && { mixupRatio: config['mixup_radio'] }),
    }),
  );
  const branch = (name: string): BranchPlan => {
    const sources = sourcesOf(golden, `inputs.index_${name}`);
    const lam = sources.map(() => values(golden, `inputs.lam_${name}`));
    return { sources, lam, upsampling: (block['unsampling_mode'] ?? 'bilinear') as Interpolation };
  };
  const [size, height, width] = need(golden, 'inputs.image').shape as [number, number, number, number];
  const plan: AdautomixPlan = {
    method: 'adautomix',
    shape: [size, height, width],
    generator: branch('mb'),
    backbone: branch('bb'),
    trainsGenerator: true,
  };
  return { ...made, plan, at: { step: (golden.config['adv_iter'] ?? 0) as number } };
}

/** With `fix_margin` λ₀ ≤ margin alone: 'first', but for λ₀ near 1, where openmixup's turned test is the one that keeps the mask. */
function marginRuleOf(golden: GoldenCase, margin: number): MarginRule {
  if (golden.config['fix_margin'] !== true) return 'openmixup';
  const [first = 0] = values(golden, 'inputs.lam_bb');
  return first > 1 - margin ? 'openmixup' : 'first';
}

/** The gradients of the generator's two terms apart, so that either sign of the cosine is checked. */
async function termChecks(golden: GoldenCase, term: 'ce' | 'cosine'): Promise<Check[]> {
  const { method, student, batch, plan, at, variables, dispose } = prepare(golden);
  const { grads } = tf.variableGrads(() => {
    const { generator } = method.pass(student, batch, plan, at);
    return (term === 'ce' ? generator?.crossEntropy : generator?.cosine) as tf.Scalar;
  }, Object.values(method.generator.variables));
  const checks = await compareStepGradients(golden, `grads_terms.${term}`, variables, grads);
  dispose();
  return checks;
}
