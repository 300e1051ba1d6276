import { checkInteger, invalidArgument, resample } from '@mix/core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ActivationMapOptions } from '../activation-map-options.js';

/** Resizes and normalises maps `[B,h,w]` as asked. */
export function finishMaps(
  maps: Tensor3D,
  { size, normalize = false }: Pick<ActivationMapOptions, 'size' | 'normalize'>,
): Tensor3D {
  return tf.tidy(() => {
    const sized = size === undefined ? maps : tf.squeeze(resample(tf.expandDims(maps, 3), { size }), [3]);
    if (!normalize) return tf.clone(sized) as Tensor3D;
    const low = tf.min(sized, [1, 2], true);
    return tf.divNoNan(tf.sub(sized, low), tf.sub(tf.max(sized, [1, 2], true), low)) as Tensor3D;
  });
}

/** The class of each row: those given, or those with the largest logits. */
export function classesOf(where: string, given: ActivationMapOptions['classes'], logits: Tensor2D): Tensor1D {
  const [batch, numClasses] = logits.shape;
  if (given === undefined) return tf.argMax(logits, 1);
  if (given instanceof tf.Tensor) {
    if (given.dtype !== 'int32') {
      throw invalidArgument(where, 'classes', 'be int32', given.dtype, { code: 'DTYPE' });
    }
    if (given.rank === 1 && given.size === batch) return given;
    throw invalidArgument(where, 'classes', `be [${batch}]`, given.shape, { code: 'SHAPE' });
  }
  if (given.length !== batch) {
    throw invalidArgument(where, 'classes', `be ${batch} of them, one a row`, given, { code: 'BATCH_SIZE' });
  }
  for (const each of given) {
    checkInteger(where, 'classes', each);
    if (each >= numClasses) throw invalidArgument(where, 'classes', `be below ${numClasses}`, each);
  }
  return tf.tensor1d([...given], 'int32');
}
