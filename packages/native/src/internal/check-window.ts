import type * as tf from '@tensorflow/tfjs-core';

/**
 * The geometry itself, where its window fits: tfjs computes negative sizes otherwise, whose product may look like that of an output.
 *
 * @throws Error where the window is larger than the padded image.
 */
export function checkWindow(name: string, info: tf.backend_util.Conv2DInfo): tf.backend_util.Conv2DInfo {
  const { inHeight, inWidth, effectiveFilterHeight, effectiveFilterWidth, outHeight, outWidth } = info;
  if (outHeight >= 0 && outWidth >= 0) return info;
  throw new Error(
    `${name}: the window must fit into the padded image; received ${effectiveFilterHeight}x${effectiveFilterWidth} ` +
      `in ${inHeight}x${inWidth}`,
  );
}
