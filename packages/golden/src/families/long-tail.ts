import { denseTargets, replay, softmaxBce } from '@mix/core';
import { classCounts, classProbabilities, effectiveNumberWeights, longTailCounts } from '@mix/data';
import { applyCutmix, applyMixup, classTemperatures, cutmixBox, tempered } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare, compareExactly, compareNumbers } from '../check.js';
import { type GoldenCase, need, rows, tensor, values } from '../golden-case.js';
import type { Family } from './family.js';
import { lossAndGradient } from './loss-and-gradient.js';
import { shareOutside } from './share-outside.js';

export const longTailCountsFamily: Family = async (golden) => {
  const width = need(golden, 'outputs.exp_counts').shape[1] as number;
  const counts = rows(values(golden, 'inputs.nmax_K_ratio.f64'), 3).flatMap(
    ([max = 1, numClasses = 1, factor = 1]) => {
      const own = longTailCounts({ max, numClasses, factor });
      return [...own, ...Array.from({ length: width - numClasses }, () => 0)];
    },
  );
  return [await compareExactly(golden, 'outputs.exp_counts', counts)];
};

export const samplerFamily: Family = async (golden) => {
  const counts = values(golden, 'inputs.class_counts');
  const by = { uniform: 0, balanced: 1, reversed: 2 };
  const checks = Object.entries(by).map(([name, exponent]) =>
    compare(golden, `outputs.class_probability_${name}`, classProbabilities(counts, exponent)),
  );
  return Promise.all(checks);
};

export const cmoWeightsFamily: Family = async (golden) => {
  const counts = values(golden, 'inputs.class_counts');
  const labels = values(golden, 'inputs.labels');
  const beta = golden.config['beta_effective'] as number;
  const named = 'outputs.class_probability_a';
  const checks = [...golden.tensors.keys()]
    .filter((name) => name.startsWith(named))
    .map((name) => compare(golden, name, classProbabilities(counts, Number(name.slice(named.length)))));
  return [
    compareNumbers('inputs.class_counts', classCounts(labels, counts.length), counts, 0),
    ...(await Promise.all(checks)),
    await compare(golden, 'outputs.effective_number_weight', effectiveNumberWeights(counts, beta)),
  ];
};

/** CMO's paste is `firstHalf` of CutMix with the other half. */
export const cmoPasteFamily: Family = async (golden) => {
  const { batch, shape } = twoStreams(
    golden,
    ['background', 'foreground'],
    'labels_background',
    'labels_foreground',
  );
  const [size, height, width] = shape;
  const { lam: drawn = 1, cy = 0, cx = 0 } = golden.draws;
  const box = cutmixBox([height, width], drawn, [cy, cx]);
  const own = shareOutside(box, [height, width]);
  const every = Array.from({ length: size }, (_, row) => row);
  const partner = every.map((row) => (row + size / 2) % size);
  const cut = { method: 'cutmix', shape, partner, boxes: every.map(() => box), lam: every.map(() => own) };
  const mixed = replay(batch, { method: 'firstHalf', shape, plan: cut } as never, { cutmix: applyCutmix });
  return [
    await compareExactly(golden, 'outputs.x', mixed.images),
    await compareExactly(golden, 'outputs.box', box),
    await compare(golden, 'outputs.y', denseTargets(mixed.targets, golden.config['num_classes'] as number)),
    compareNumbers('expected.lam', [own], [golden.expected['lam'] as number], 1e-12),
  ];
};

/** DBN-Mix's two batches are the halves of one mixup; its conventional rows go by the permuted uniform batch. */
export const bilateralFamily: Family = async (golden): Promise<Check[]> => {
  const { batch, shape } = twoStreams(
    golden,
    ['x_uniform', 'x_rebalanced'],
    'labels_uniform',
    'labels_rebalanced',
  );
  const half = shape[0] / 2;
  const perm = values(golden, 'inputs.perm');
  const drawn = golden.draws['lam_draw'] as number;
  const folded = Math.max(drawn, 1 - drawn);
  const partner = [...perm.map(() => 0), ...perm];
  perm.forEach((uniform, row) => {
    partner[uniform] = half + row;
  });
  const lam = partner.map(() => folded);
  const mixed = applyMixup(batch, { method: 'mixup', shape, partner, lam });
  const counts = values(golden, 'inputs.class_counts');
  const labels = denseTargets(mixed.targets, counts.length);
  const conventional = <T extends tf.Tensor>(x: T): T => tf.gather(x, [...perm]) as T;
  const rebalancing = <T extends tf.Tensor>(x: T): T => tf.slice(x, half);
  const { eta, epsilon } = golden.config as Record<'eta' | 'epsilon', number>;
  const temperatures = classTemperatures(counts, { eta, epsilon });
  const oneVsAll = tempered((z, targets) => softmaxBce(z, targets, { overClasses: 'sum' }), temperatures);
  const { value, grad } = lossAndGradient(oneVsAll, tensor<tf.Tensor2D>(golden, 'inputs.logits'), {
    kind: 'dense',
    values: conventional(labels),
  });
  return [
    await compare(golden, 'outputs.x_conventional', conventional(mixed.images)),
    await compare(golden, 'outputs.x_rebalancing', rebalancing(mixed.images)),
    await compare(golden, 'outputs.y_conventional', conventional(labels)),
    await compare(golden, 'outputs.y_rebalancing', rebalancing(labels)),
    await compare(golden, 'outputs.temperature', temperatures),
    await compare(golden, 'outputs.loss', value),
    await compare(golden, 'outputs.grad', grad),
  ];
};

function twoStreams(golden: GoldenCase, images: readonly string[], ...labels: readonly string[]) {
  const batch = {
    images: tf.concat(images.map((name) => tensor<tf.Tensor4D>(golden, `inputs.${name}`))),
    labels: tf.concat(labels.map((name) => tensor<tf.Tensor1D>(golden, `inputs.${name}`))),
  };
  const [size, height, width] = batch.images.shape;
  return { batch, shape: [size, height, width] as const };
}
