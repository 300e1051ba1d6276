import {
  createMixBlock,
  type MaskLossMode,
  type MixBlock,
  type MixBlockDesign,
  maskLoss,
} from '@mix/automix';
import { blendByMasks, createRng, type Interpolation } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareNumbers } from '../check.js';
import { type GoldenCase, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';

/** Options of a Mix Block as the vectors name them. */
export type BlockConfig = Readonly<Record<string, unknown>>;

/** The design that a case's options amount to. */
export function designOf(config: BlockConfig): MixBlockDesign {
  const neck = config['value_neck_cfg'] as BlockConfig | null | undefined;
  const residual = config['lam_residual'] === true ? 'residual' : 'plain';
  return {
    reduction: Number(config['reduction'] ?? 2),
    lamConcat: config['lam_concat'] ? 'all' : config['lam_concat_v'] ? 'value' : 'none',
    lamMultiply: config['lam_mul'] ? residual : 'none',
    // Without the residual a number says no more than true.
    lamGain: residual === 'residual' ? Number(config['lam_mul'] || 1) : 1,
    rescale: (config['lam_mul_k'] ?? -1) as number | number[],
    queryKey: config['x_qk_concat'] ? 'joint' : 'shared',
    attentionNorm: config['att_norm_cfg'] ? 'batch' : 'none',
    scaleScores: config['use_scale'] !== false,
    valueInput: config['x_v_concat'] ? 'both' : 'partner',
    upsampling: config['unsampling_mode'] as Interpolation | Interpolation[],
    ...(neck && {
      value: 'neck' as const,
      valueHidden: Number(neck['hid_channels']),
      valueNorm: neck['norm_cfg'] ? ('batch' as const) : ('none' as const),
      valueDropout: Number(neck['with_last_dropout'] ?? 0),
    }),
  };
}

/** A block with the weights that a case holds under `prefix`. */
function blockOf(golden: GoldenCase, config: BlockConfig, channels: number, prefix: string): MixBlock {
  const block = createMixBlock({ ...designOf(config), channels, rng: createRng(0) });
  const names = [...golden.tensors.keys()].filter((name) => name.startsWith(prefix));
  const tensors = Object.fromEntries(names.map((name) => [name.slice(prefix.length), tensor(golden, name)]));
  block.restore({ tensors, values: {} });
  return block;
}

/** Masks, mixes, losses and gradients of the block on given features. */
export const mixBlockFamily: Family = async (golden) => {
  const { config } = golden;
  const features = tensor<tf.Tensor4D>(golden, 'inputs.feature');
  const images = tensor<tf.Tensor4D>(golden, 'inputs.image');
  const [, height, width] = images.shape;
  const block = blockOf(golden, config, features.shape[3], 'weights.');
  const partner = values(golden, 'inputs.index');
  const lam = partner.map(() => values(golden, 'inputs.lam')[0] as number);
  const before = block.state();
  const call = { lam, partner, size: [height, width] as const, training: config['training'] === true };
  const rows = partner.map((other, row) => [row, other]);
  const mixed = (share: tf.Tensor4D): tf.Tensor4D => blendByMasks(images, rows, share);

  const details = block.explain(features, call);
  const after = block.state();
  const own = details.share;
  const outputs: Readonly<Record<string, tf.Tensor>> = {
    mask: tf.concat([own, tf.sub(1, own)], 3),
    mask_logit_low: details.logits,
    mask_logit_up: details.upsampled,
    attention: details.attention,
    query: details.query,
    key: details.key,
    value: tf.reshape(details.value, details.logits.shape),
    mixed: mixed(own),
  };
  const checks: Check[] = [];
  for (const name of golden.tensors.keys()) {
    const [group, ...rest] = name.split('.');
    if (group !== 'outputs') continue;
    const found = rest[0] === 'after' ? after.tensors[rest.slice(1).join('.')] : outputs[rest.join('.')];
    if (found === undefined) throw new Error(`${golden.name}: nothing computes ${name}`);
    checks.push(await compare(golden, name, found));
  }

  const margin = Number(config['mask_loss_margin']);
  const regulariser = (share: tf.Tensor4D, mode: MaskLossMode) => maskLoss(share, lam, { mode, margin });
  const cotangent = tensor<tf.Tensor4D>(golden, 'inputs.cotangent');
  const objectives: Readonly<Record<string, (share: tf.Tensor4D) => tf.Tensor>> = {
    mixed: (share) => tf.sum(tf.mul(mixed(share), cotangent)),
    mask_loss: (share) => regulariser(share, config['mask_loss_mode'] as MaskLossMode),
  };
  for (const [objective, of] of Object.entries(objectives)) {
    block.restore(before);
    const loss = (): tf.Scalar => of(block.masks(features, call)) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, Object.values(block.variables));
    const byFeature = tf.grad((x) => of(block.masks(x as tf.Tensor4D, call)))(features);
    const given: Record<string, tf.Tensor> = { feature: byFeature };
    for (const [name, variable] of Object.entries(block.variables)) {
      given[name] = grads[variable.name] as tf.Tensor;
    }
    const prefix = `grads.${objective}.`;
    const wanted = [...golden.tensors.keys()].filter((name) => name.startsWith(prefix));
    for (const name of wanted) {
      checks.push(await compare(golden, name, given[name.slice(prefix.length)] as tf.Tensor));
    }
  }
  checks.push(...(await scalarChecks(golden, own, regulariser)));
  block.dispose();
  return checks;
};

async function scalarChecks(
  golden: GoldenCase,
  share: tf.Tensor4D,
  regulariser: (share: tf.Tensor4D, mode: MaskLossMode) => tf.Tensor,
): Promise<Check[]> {
  const wanted = golden.metadata['scalars'] as Readonly<Record<string, number>>;
  const { atol, rtol } = golden.tolerance;
  const checks: Check[] = [];
  for (const mode of ['L1', 'L1+Variance', 'L2+Variance', 'Sparsity'] as const) {
    const name = `mask_loss.${mode}`;
    const number = wanted[name];
    if (number === undefined) continue;
    const got = await regulariser(share, mode).data();
    checks.push(compareNumbers(name, got, [number], atol + rtol * Math.abs(number)));
  }
  return checks;
}
