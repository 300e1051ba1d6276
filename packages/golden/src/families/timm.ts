import {
  type BatchShape,
  createRng,
  denseTargets,
  type MixedBatch,
  mixTargets,
  type PerSamplePlan,
  replay,
  smoothTargets,
  type Targets,
} from '@mix/core';
import {
  applyCutmix,
  applyMixup,
  type Box,
  type CutmixPlan,
  cutmixBox,
  type MixupPlan,
  reverse,
} from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compare } from '../check.js';
import { type GoldenCase, rows, tensor, values } from '../golden-case.js';
import { batchOf } from './batch-of.js';
import type { Family } from './family.js';
import { shareOutside } from './share-outside.js';

/** timm's controller is `perSample` (or `choose`) over mixup and cutmix with reversed partners, then label smoothing. */
export const timmFamily: Family = async (golden) => {
  if (!golden.tensors.has('inputs.x')) return targetsOnly(golden);
  const { batch, shape } = batchOf(golden);
  const mixed = replay(batch, planOf(golden, shape), { mixup: applyMixup, cutmix: applyCutmix });
  return [
    await compare(golden, 'outputs.x', mixed.images),
    await compare(golden, 'outputs.y', smoothed(golden, mixed.targets)),
    await compare(golden, 'outputs.lam', await labelShares(mixed)),
  ];
};

function planOf(golden: GoldenCase, shape: BatchShape): CutmixPlan | PerSamplePlan {
  const [count, height, width] = shape;
  const size = [height, width] as const;
  const partner = reverse(count, createRng(0));
  const share = (box: Box): number => shareOutside(box, size);
  // One draw for all rows, one a row, or one for a row and its mirror image.
  const mode = golden.config['mode'];
  const draw = partner.map((other, row) =>
    mode === 'batch' ? 0 : mode === 'elem' ? row : Math.min(row, other),
  );
  const spread = <T>(list: readonly T[]): T[] => draw.map((index) => list[index] as T);
  if (golden.tensors.has('inputs.hwyx')) {
    const boxes = spread(rows(values(golden, 'inputs.hwyx'), 4)).map(
      ([boxHeight = 0, boxWidth = 0, y = 0, x = 0]): Box => [y, x, y + boxHeight, x + boxWidth],
    );
    return { method: 'cutmix', shape, partner, boxes, lam: boxes.map(share) };
  }
  const lam = spread(values(golden, 'inputs.lam'));
  const centres = spread(rows(values(golden, 'inputs.centres'), 2) as [number, number][]);
  const boxes = centres.map((centre, row) => cutmixBox(size, lam[row] as number, centre));
  const corrected = golden.config['correct_lam'] !== false;
  const mixup: MixupPlan = { method: 'mixup', shape, partner, lam };
  const cutmix: CutmixPlan = {
    method: 'cutmix',
    shape,
    partner,
    boxes,
    lam: boxes.map(share),
    ...(!corrected && { labelLam: lam }),
  };
  return {
    method: 'perSample',
    shape,
    choice: spread(values(golden, 'inputs.use_cutmix')),
    plans: [mixup, cutmix],
  };
}

function smoothed(golden: GoldenCase, targets: Targets): tf.Tensor2D {
  const numClasses = golden.config['num_classes'] as number;
  const smoothing = golden.config['label_smoothing'] as number;
  return smoothing > 0
    ? smoothTargets(targets, { smoothing, numClasses }).values
    : denseTargets(targets, numClasses);
}

// What timm calls lam is the weight of the own label, the first of the sparse targets.
async function labelShares({ targets, lam }: MixedBatch): Promise<Float32Array> {
  const weights = targets.kind === 'sparse' ? targets.weights : lam;
  return (await tf.slice(weights, [0, 0], [-1, 1]).data()) as Float32Array;
}

async function targetsOnly(golden: GoldenCase): Promise<Check[]> {
  const lam = values(golden, 'inputs.lam');
  const partner = reverse(lam.length, createRng(0));
  const sources = tf.tensor2d(
    partner.map((other, row) => [row, other]),
    [lam.length, 2],
    'int32',
  );
  const shares = tf.tensor2d(lam.map((own) => [own, 1 - own]));
  const targets = mixTargets(tensor<tf.Tensor1D>(golden, 'inputs.labels'), sources, shares);
  return [await compare(golden, 'outputs.y', smoothed(golden, targets))];
}
