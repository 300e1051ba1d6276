// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import type { ClassifierOutput, ForwardOptions } from '@mix/core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';
import { checkForward } from './check-forward.js';
import type { DropPath } from './drop-path.js';
import type { Layer } from './layer.js';
import { modelState } from './model-state.js';
import type { ParameterStore } from './parameter-store.js';

/** The parts of a {@link stagedClassifier}. */
export interface StagedParts {
  readonly store: ParameterStore;
  readonly inChannels: number;
  readonly numClasses: number;
  readonly stem: Layer;
  readonly stages: readonly Layer[];
  /** Normalises the last stage's features before they are pooled; they are pooled as they are without. */
  readonly norm?: Layer;
  readonly head: (embedding: Tensor2D) => Tensor2D;
  /** Where layers draw from it: its stream then belongs to the model's state. */
  readonly dropPath?: DropPath | undefined;
}

/** Puts stem, stages, global average pooling and head together to a model with feature taps. */
export function stagedClassifier(parts: StagedParts): Model {
  const { store, numClasses, dropPath } = parts;
  return {
    numClasses,
    forward: (images, options) => forward(parts, images, options),
    ...modelState(store, { dropPath }),
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
    const embedding = tf.mean(parts.norm?.(features, training) ?? features, [1, 2]) as Tensor2D;
    return { logits: parts.head(embedding), embedding, stages };
  });
}
