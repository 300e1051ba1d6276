import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { checkInteger } from './checks.js';
import { invalidArgument } from './errors.js';
import { lookUp } from './internal/look-up-labels.js';
import { type Layout, type Layouts, layoutOf } from './layout.js';
import type { Plan } from './plan.js';

/** Options of {@link replayLabelMaps} for maps of one label a pixel. */
export interface HardLabelMapOptions {
  /** One label a pixel. @defaultValue false */
  readonly soft?: false;
  /** The label of pixels that show nothing, because they were deleted or lie beyond the image. @defaultValue 255 */
  readonly hidden?: number;
}

/** Options of {@link replayLabelMaps} for maps of a weight for each class. */
export interface SoftLabelMapOptions {
  /** A weight for each class in each pixel. */
  readonly soft: true;
  /** Number of classes, from 0; other labels have no weight. */
  readonly numClasses: number;
}

/**
 * Lets label maps (segmentation masks) follow a mix: each pixel has the label of what it shows, moved and stretched with its image.
 * Labels are never blended: where images are resized, the nearest pixel counts; where they are blended, the source with the largest
 * share, the lowest layer (the own image) among equal ones. With `soft` every source's label counts with its share.
 *
 * @param maps int32 `[B,h,w]`, borrowed; the images' size or another one, such as that of a network's output, which is looked up at
 * the middle of each pixel.
 * @param plan The plan that mixed the images, also one read back from JSON.
 * @param layouts The layout of each method that occurs: `{ cutmix: layoutCutmix, mosaic: layoutMosaic }`.
 * @returns int32 maps for the mixed images, as large in proportion as the ones given; with `soft` float32 `[B,h,w,numClasses]`, whose
 * pixels sum to 1, and to less where something is hidden. New, the caller's.
 * @throws MixError `UNSUPPORTED` for a method without a layout; `SHAPE`, `DTYPE` or `BATCH_SIZE` for maps that do not fit.
 * @example
 * ```ts
 * const mixed = cutmix()(batch, { rng });
 * const maps = replayLabelMaps(labelMaps, mixed.plan, { cutmix: layoutCutmix });
 * ```
 */
export function replayLabelMaps(
  maps: Tensor3D,
  plan: Plan,
  layouts: Layouts,
  options?: HardLabelMapOptions,
): Tensor3D;
export function replayLabelMaps(
  maps: Tensor3D,
  plan: Plan,
  layouts: Layouts,
  options: SoftLabelMapOptions,
): Tensor4D;
export function replayLabelMaps(
  maps: Tensor3D,
  plan: Plan,
  layouts: Layouts,
  options: HardLabelMapOptions | SoftLabelMapOptions = {},
): Tensor3D | Tensor4D {
  if (options.soft === true) checkInteger('replayLabelMaps', 'numClasses', options.numClasses, 1);
  else checkLabel(options.hidden ?? 255);
  const layout = layoutOf('replayLabelMaps', plan, layouts);
  checkMaps(maps, plan);
  const size = mapSize(maps, plan, layout);
  const shape: [number, number, number] = [layout.rows.length, ...size];
  const found = lookUp(layout, plan, { from: [maps.shape[1], maps.shape[2]], to: size });
  return tf.tidy((): Tensor3D | Tensor4D => {
    const take = (index: Int32Array, hidden: number): tf.Tensor => {
      const labels = tf.concat([tf.reshape(maps, [-1]), tf.tensor1d([hidden], 'int32')]);
      return tf.gather(labels, tf.tensor1d(index, 'int32'));
    };
    if (options.soft !== true) {
      return tf.reshape(take(found.winners(), options.hidden ?? 255), shape) as Tensor3D;
    }
    const classes = tf.range(0, options.numClasses, 1, 'int32');
    const nothing = tf.zeros([...shape, options.numClasses]);
    const terms = found.sources().map(({ index, share }) => {
      const own = tf.equal(tf.reshape(take(index, -1), [-1, 1]), classes);
      return tf.mul(tf.cast(own, 'float32'), tf.tensor2d(share, [share.length, 1]));
    });
    return terms.reduce(
      (sum: tf.Tensor, term) => tf.add(sum, tf.reshape(term, nothing.shape)),
      nothing,
    ) as Tensor4D;
  });
}

function checkMaps(maps: Tensor3D, { shape: [size] }: Plan): void {
  if (maps.rank !== 3) {
    throw invalidArgument('replayLabelMaps', 'maps', 'be [B,h,w]', maps.shape, { code: 'SHAPE' });
  }
  if (maps.dtype !== 'int32') {
    throw invalidArgument('replayLabelMaps', 'maps', 'be int32', maps.dtype, { code: 'DTYPE' });
  }
  if (maps.shape[0] !== size) {
    throw invalidArgument('replayLabelMaps', 'maps', `be ${size}, as the plan's images`, maps.shape[0], {
      code: 'BATCH_SIZE',
    });
  }
}

/** As many times the maps' size as the mixed images have the images' size. */
function mapSize(maps: Tensor3D, { shape }: Plan, { size }: Layout): [number, number] {
  const mixed = [
    ((maps.shape[1] as number) * size[0]) / shape[1],
    ((maps.shape[2] as number) * size[1]) / shape[2],
  ] as [number, number];
  if (mixed.every(Number.isInteger)) return mixed;
  throw invalidArgument('replayLabelMaps', 'maps', 'have whole pixels in the mixed image', mixed, {
    code: 'SHAPE',
  });
}

function checkLabel(hidden: number): void {
  if (!Number.isInteger(hidden)) throw invalidArgument('replayLabelMaps', 'hidden', 'be an integer', hidden);
}
