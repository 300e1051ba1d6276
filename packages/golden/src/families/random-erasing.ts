import { applyRandomErasing, erase, randomErasingSize } from '@mix/handcrafted';
import * as tf from '@tensorflow/tfjs-core';
import { type Check, compareExactly } from '../check.js';
import { type GoldenCase, rows, tensor, values } from '../golden-case.js';
import { unlabelledBatch } from './deleted-outputs.js';
import type { Family } from './family.js';

export const randomErasingFamily: Family = async (golden) => {
  if (golden.tensors.has('inputs.frac_aspect.f64')) return [await sizes(golden)];
  const { batch, shape } = unlabelledBatch(golden);
  const { h = 0, w = 0, top = 0, left = 0 } = golden.draws;
  const [, height, width] = shape;
  const boxes = Array.from({ length: shape[0] }, () => [[top, left, top + h, left + w] as const]);
  const fill = values(golden, 'inputs.fill_const');
  const constant = applyRandomErasing(
    batch,
    { method: 'randomErasing', shape, boxes, fill },
    { masks: true },
  );
  const patch = tf.expandDims(tensor<tf.Tensor3D>(golden, 'inputs.fill_pixels'), 0);
  const patches = tf.tile(patch, [shape[0], 1, 1, 1]);
  const edges: [number, number][] = [
    [0, 0],
    [top, height - top - h],
    [left, width - left - w],
    [0, 0],
  ];
  const keep = tf.cast(constant.masks as tf.Tensor4D, 'bool');
  const pixels = tf.pad(patches, edges) as tf.Tensor4D;
  return [
    await compareExactly(golden, 'outputs.x_const', constant.images),
    await compareExactly(golden, 'outputs.x_pixel', erase(batch.images, keep, pixels)),
  ];
};

async function sizes(golden: GoldenCase): Promise<Check> {
  const draws = rows(values(golden, 'inputs.frac_aspect.f64'), 2);
  const images = rows(values(golden, 'inputs.hw'), 2);
  const got = draws.flatMap(([fraction = 0, aspect = 1], row) => {
    const [high = 0, wide = 0] = images[row] ?? [];
    const { height, width, fits } = randomErasingSize([high, wide], fraction, aspect);
    return [height, width, fits ? 1 : 0];
  });
  return compareExactly(golden, 'outputs.h_w_accepted', got);
}
