import { createMaskGenerator, type MaskGeneratorDesign, type MaskRequest } from '@mix/adautomix';
import { blendByMasks, createRng, type Interpolation } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareNumbers } from '../check.js';
import { type GoldenCase, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';

export const adautomixGeneratorFamily: Family = async (golden) => {
  const { config } = golden;
  const channels = config['in_channels'] as number;
  const generator = createMaskGenerator({
    ...designOf(golden, 'weights.', config),
    channels,
    rng: createRng(0),
  });
  const { tensors, values: design } = generator.state();
  const weights = Object.entries(tensors).map(([name, { shape }]) => [
    name,
    tf.reshape(tensor(golden, `weights.${name}`), shape),
  ]);
  generator.restore({ tensors: Object.fromEntries(weights), values: design });
  const [images, features, cotangent] = ['image', 'feature', 'cotangent'].map((name) =>
    tensor<tf.Tensor4D>(golden, `inputs.${name}`),
  ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const sources = sourcesOf(golden, 'inputs.index');
  const request: MaskRequest = {
    sources,
    lam: sources.map(() => values(golden, 'inputs.lam')),
    size: [images.shape[1], images.shape[2]],
    training: config['training'] === true,
    upsampling: config['upsample'] as Interpolation,
  };
  const attention = generator.attention(features, request);
  const checks: Check[] = [];
  const input = tf.variable(features);
  const dot = (): tf.Scalar => {
    const { masks, logits } = generator.generate(input as tf.Tensor as tf.Tensor4D, request);
    const mixed = blendByMasks(images, sources, masks);
    for (const [name, value] of Object.entries({ mask: masks, mask_logit_low: logits, mixed })) {
      made[name] = tf.keep(tf.clone(value));
    }
    return tf.sum(tf.mul(mixed, cotangent)) as tf.Scalar;
  };
  const made: Record<string, tf.Tensor> = {};
  const variables = Object.values(generator.variables);
  const { value, grads } = tf.variableGrads(dot, [input, ...variables]);
  const gradients: Record<string, tf.Tensor | undefined> = { feature: grads[input.name] };
  for (const [name, variable] of Object.entries(generator.variables)) gradients[name] = grads[variable.name];
  for (const [k, each] of attention.entries()) made[`attention.${k}`] = each;
  for (const [name, each] of Object.entries(generator.state().tensors)) made[`after.${name}`] = each;
  for (const name of golden.tensors.keys()) {
    const output = /^outputs\.(.+)$/.exec(name)?.[1];
    const gradient = /^grads\.mixed\.(.+)$/.exec(name)?.[1];
    const got = output === undefined ? gradients[gradient ?? ''] : made[output];
    if (output !== undefined || gradient !== undefined) checks.push(await compare(golden, name, got ?? []));
  }
  const wanted = (golden.metadata['scalars'] as Record<string, number>)['dot_mixed_cotangent'] as number;
  const { atol, rtol } = golden.tolerance;
  checks.push(compareNumbers('dot', await value.data(), [wanted], atol + rtol * Math.abs(wanted)));
  tf.dispose(made);
  input.dispose();
  generator.dispose();
  return checks;
};

/** What a case's generator is made of, by the reference's names and by the weights that start with `prefix`. */
export function designOf(
  golden: GoldenCase,
  prefix: string,
  config: Readonly<Record<string, unknown>>,
): MaskGeneratorDesign {
  return {
    lamConcat: config['lam_concat'] === true,
    reduction: (config['reduction'] as number | undefined) ?? 2,
    attentionNorm: golden.tensors.has(`${prefix}conv_q.bn.weight`) ? 'batch' : 'none',
    activation: (config['qk_activation'] ?? 'ReLU') === 'ReLU' ? 'relu' : 'none',
    scaleScores: config['use_scale'] !== false,
  };
}

/** For each row, its K sources, from permutations `<prefix>.0`, `<prefix>.1`, ... */
export function sourcesOf(golden: GoldenCase, prefix: string): number[][] {
  const permutations: number[][] = [];
  while (golden.tensors.has(`${prefix}.${permutations.length}`)) {
    permutations.push(values(golden, `${prefix}.${permutations.length}`));
  }
  return (permutations[0] ?? []).map((_, row) => permutations.map((rows) => rows[row] as number));
}
