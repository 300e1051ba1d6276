// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import type { ClassifierOutput, ForwardOptions } from '@mix/core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';
import { checkForward } from './check-forward.js';
import type { Layer } from './layer.js';
import type { ParameterStore } from './parameter-store.js';

/** The parts of a {@link stagedClassifier}. */
export interface StagedParts {
  readonly store: ParameterStore;
  readonly inChannels: number;
  readonly numClasses: number;
  readonly stem: Layer;
  readonly stages: readonly Layer[];
  readonly head: (embedding: Tensor2D) => Tensor2D;
}

/** Puts stem, stages, global average pooling and head together to a model with feature taps. */
export function stagedClassifier(parts: StagedParts): Model {
  const { store, numClasses } = parts;
  return {
    numClasses,
    variables: store.variables(),
    forward: (images, options) => forward(parts, images, options),
    state: () => store.state(),
    restore: (state) => store.restore(state),
    dispose: () => store.dispose(),
  };
}

function forward(
  parts: StagedParts,
  images: Tensor4D,
  { training, intercept }: ForwardOptions,
): ClassifierOutput {
  checkForward(images, intercept, { inChannels: parts.inChannels, stages: parts.stages.length });
  const tap = (stage: number, features: Tensor4D): Tensor4D =>
    intercept?.stage === stage ? intercept.apply(features) : features;
  return tf.tidy(() => {
    let features = parts.stem(tap(0, images), training);
    const stages = parts.stages.map((stage, index) => {
      features = tap(index + 1, stage(features, training));
      return features;
    });
    const embedding = tf.mean(features, [1, 2]) as Tensor2D;
    return { logits: parts.head(embedding), embedding, stages };
  });
}
