// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import type { ClassifierOutput, ForwardOptions } from '@mix/core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.js';
import { checkForward, checkImages, numberOf } from './check-forward.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';
import { modelGuide } from './model-guide.js';
import { modelState, type RandomPart } from './model-state.js';
import type { ParameterStore } from './parameter-store.js';
import { runLayer } from './run-layer.js';

/** The parts of a {@link stagedClassifier}. */
export interface StagedParts {
  readonly store: ParameterStore;
  readonly inChannels: number;
  readonly numClasses: number;
  /** Height and width of the images, where they are fixed. */
  readonly imageSize?: readonly [number, number];
  readonly stem: Layer;
  readonly stages: readonly Layer[];
  /** Normalises the last stage's features before they are pooled; they are pooled as they are without. */
  readonly norm?: Layer;
  /** From the map before pooling to the embedding; its mean over height and width without. */
  readonly embed?: (features: Tensor4D, training: boolean) => Tensor2D;
  /** The last layer, a dense one. */
  readonly head: (embedding: Tensor2D) => Tensor2D;
  /** Name of the last layer's parameters: `<headName>.weight` and `<headName>.bias`. */
  readonly headName: string;
  /** Where layers draw from them: their streams then belong to the model's state. */
  readonly dropPath?: RandomPart | undefined;
  readonly dropout?: RandomPart | undefined;
}

/** Puts stem, stages, pooling and head together to a model with feature taps and probes. */
export function stagedClassifier(given: StagedParts): Model {
  const parts = withFrozen(given);
  const { store, numClasses, dropPath, dropout, headName } = parts;
  const random = { dropPath, dropout };
  const network = {
    numClasses,
    forward: (images: Tensor4D, options: ForwardOptions) => forward(parts, images, options),
    ...modelState(store, random, headName),
  };
  const features: Model['guide']['features'] = (images, stage, { training = false } = {}) => {
    checkImages('Guide.features', images, parts);
    const count = numberOf('Guide.features', 'stage', stage, parts.stages.length);
    return tf.tidy(() => {
      const map = inSequence(parts.stages.slice(0, count))(parts.stem(images, training), training);
      return stage === 'last' ? beforePooling(parts, map, training) : map;
    });
  };
  const forwardFrom: Model['guide']['forwardFrom'] = (map, stage, { training = false } = {}) => {
    const count = numberOf('Guide.forwardFrom', 'stage', stage, parts.stages.length);
    store.checkAlive('Guide.forwardFrom');
    return tf.tidy(() => {
      if (stage === 'last') return parts.head(embed(parts, map, training));
      const last = inSequence(parts.stages.slice(count))(map, training);
      return parts.head(embed(parts, beforePooling(parts, last, training), training));
    });
  };
  const guide = modelGuide({ network, store, random, headName });
  return { ...network, guide: { ...guide, features, forwardFrom } };
}

/** The same parts, the frozen ones of which run as such. */
function withFrozen(parts: StagedParts): StagedParts {
  const run =
    (run: Layer, layer: number): Layer =>
    (x, training) =>
      runLayer({ store: parts.store, layer, training }, x, (mode) => ({ y: run(x, mode) })).y;
  return {
    ...parts,
    stem: run(parts.stem, 0),
    stages: parts.stages.map((stage, index) => run(stage, index + 1)),
  };
}

function forward(
  parts: StagedParts,
  images: Tensor4D,
  { training, intercept }: ForwardOptions,
): ClassifierOutput {
  checkForward(images, intercept, { ...parts, stages: parts.stages.length });
  // A clone, since stages are the caller's to dispose and what is given may be kept by whoever gave it.
  const tap = (stage: number, features: Tensor4D): Tensor4D =>
    intercept?.stage === stage ? tf.clone(intercept.apply(features)) : features;
  return tf.tidy(() => {
    let features = parts.stem(tap(0, images), training);
    const stages = parts.stages.map((stage, index) => {
      features = tap(index + 1, stage(features, training));
      return features;
    });
    const embedding = embed(parts, beforePooling(parts, features, training), training);
    return { logits: parts.head(embedding), embedding, stages };
  });
}

function beforePooling({ norm }: StagedParts, features: Tensor4D, training: boolean): Tensor4D {
  return norm === undefined ? features : norm(features, training);
}

function embed({ embed: given }: StagedParts, features: Tensor4D, training: boolean): Tensor2D {
  return given === undefined ? tf.mean(features, [1, 2]) : given(features, training);
}
