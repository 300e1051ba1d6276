import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { disposeMixed } from '../dispose-mixed.js';
import { invalidArgument } from '../errors.js';
import type { MixedBatch } from '../mixer.js';
import { denseTargets, type Targets } from '../targets.js';

type Rows = Omit<MixedBatch, 'plan'>;

/** Stacks mixed batches of one batch along the rows, and disposes them; sources are padded to the largest K. */
export function concatMixed(where: string, mixed: readonly Rows[]): Rows {
  const [first] = mixed;
  if (mixed.length === 1 && first !== undefined) return first;
  const sizes = mixed.map(({ images }) => images.shape.slice(1));
  if (sizes.some((size) => size.join() !== sizes[0]?.join())) {
    mixed.forEach(disposeMixed);
    throw invalidArgument(where, 'the mixers', 'give images of one size', sizes, { code: 'SHAPE' });
  }
  const count = Math.max(...mixed.map(({ lam }) => lam.shape[1]));
  const stacked = tf.tidy(() => ({
    images: tf.concat(mixed.map(({ images }) => images)) as Tensor4D,
    targets: concatTargets(mixed.map(({ targets }) => targets)),
    sources: tf.concat(mixed.map(({ sources }) => padSources(sources, count))) as Tensor2D,
    lam: tf.concat(mixed.map(({ lam }) => padColumns(lam, count))) as Tensor2D,
    ...(mixed.every(({ masks }) => masks !== undefined) && {
      masks: tf.concat(mixed.map(({ masks }) => padColumns(masks as Tensor4D, count))) as Tensor4D,
    }),
  }));
  mixed.forEach(disposeMixed);
  return stacked;
}

/** Takes the given rows, and disposes what they came from. */
export function gatherMixed(mixed: Rows, rows: readonly number[]): Rows {
  const { images, targets, sources, lam, masks } = mixed;
  const taken = tf.tidy(() => {
    const index = tf.tensor1d([...rows], 'int32');
    const take = <T extends Tensor>(x: T): T => tf.gather(x, index) as T;
    return {
      images: take(images),
      targets: mapTargets(targets, take),
      sources: take(sources),
      lam: take(lam),
      ...(masks && { masks: take(masks) }),
    };
  });
  disposeMixed(mixed);
  return taken;
}

function mapTargets(targets: Targets, take: <T extends Tensor>(x: T) => T): Targets {
  if (targets.kind === 'dense') return { ...targets, values: take(targets.values) };
  return { kind: 'sparse', classes: take(targets.classes), weights: take(targets.weights) };
}

function concatTargets(all: readonly Targets[]): Targets {
  const dense = all.find((targets) => targets.kind === 'dense');
  if (dense !== undefined) {
    const width = dense.values.shape[1];
    return { ...dense, values: tf.concat(all.map((targets) => denseTargets(targets, width))) };
  }
  const sparse = all.filter((targets) => targets.kind === 'sparse');
  const count = Math.max(...sparse.map(({ classes }) => classes.shape[1]));
  return {
    kind: 'sparse',
    classes: tf.concat(sparse.map(({ classes }) => padColumns(classes, count))),
    weights: tf.concat(sparse.map(({ weights }) => padColumns(weights, count))),
  };
}

function padColumns<T extends Tensor>(x: T, count: number): T {
  const missing = count - (x.shape.at(-1) ?? 0);
  if (missing === 0) return x;
  const zeros = tf.zeros([...x.shape.slice(0, -1), missing], x.dtype as 'float32' | 'int32');
  return tf.concat([x, zeros], -1) as T;
}

// A further source of share 0 is the row's own first one, so that every index stays valid.
function padSources(sources: Tensor2D, count: number): Tensor2D {
  const [size, have] = sources.shape;
  if (have === count) return sources;
  const own = tf.slice(sources, [0, 0], [size, 1]);
  return tf.concat([sources, tf.tile(own, [1, count - have])], 1);
}
