import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from './layer.js';

/** Layers one after another. */
export function inSequence(layers: readonly Layer[]): Layer {
  return (x, training) => tf.tidy(() => layers.reduce((features, layer) => layer(features, training), x));
}
