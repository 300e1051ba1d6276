import { checkBatch, type Mixer, type Plan } from '@mix/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LabelPairing } from './label-pairing.js';
import type { Pairing } from './pairing.js';

/**
 * Lets any mixer that takes a `pairing` choose partners by class: reads the labels of each batch, and hands the mixer a
 * {@link Pairing} that knows them. The plan is the mixer's own.
 *
 * Reading `B` whole numbers costs nothing where tensors live in host memory (cpu, wasm, native). On a GPU it waits for
 * whatever the labels still wait for, mostly their upload, once a batch. WebGPU cannot read synchronously what is not on
 * the host already. Soft labels count as their largest class, the first of several; reading those computes one `argMax`.
 *
 * @param pairing Who is mixed with whom: `sameClass`, `differentClass`, `byClassDistance(...)` or a function of your own.
 * @param create Makes the mixer from the pairing. Called for every batch, so it should do nothing else.
 *
 * @example
 * ```ts
 * const mix = withLabels(differentClass, (pairing) => cutmix({ alpha: 1, pairing }));
 * ```
 */
export function withLabels<P extends Plan>(
  pairing: LabelPairing,
  create: (pairing: Pairing) => Mixer<P>,
): Mixer<P> {
  return (batch, context) => {
    checkBatch('withLabels', batch);
    const { labels } = batch;
    const classes = labels.rank === 1 ? labels.dataSync() : tf.tidy(() => tf.argMax(labels, 1).dataSync());
    return create((_size, rng) => pairing(classes, rng))(batch, context);
  };
}
