// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import {
  type ClassifierOutput,
  type ForwardOptions,
  type Guide,
  invalidArgument,
  type NamedVariables,
  stopGradient,
} from '@mix/core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { GuidedClassifier } from './guided-classifier.js';
import { checkForward, checkImages, numberOf } from './internal/check-forward.js';
import { checkState } from './internal/check-state.js';
import { inputGradientOf } from './internal/input-gradient.js';
import { runLayers } from './internal/layers-graph.js';
import { denseLogits } from './internal/layers-head.js';
import { type LayersParts, layersParts } from './internal/layers-parts.js';

/** Which layers of a `tf.LayersModel` are what. */
export interface LayersModelTaps {
  /** Names of the layers whose outputs `[B,h,w,C]` are the stages, first to last; the last one should be that before global pooling. */
  readonly stages: readonly string[];
  /**
   * Name of the layer whose output is the embedding, flattened to `[B,D]`. Needed where the model does not end in a dense layer,
   * as MobileNet does not. @defaultValue what goes into the last dense layer
   */
  readonly embedding?: string;
}

/**
 * Makes a `Classifier` of a `tf.LayersModel`, so that it trains with every method and guides every mixer.
 *
 * The model stays the caller's: its weights are trained in place, and it saves, loads and is disposed as before. Its logits are what
 * goes into a final softmax or sigmoid. `training` reaches every layer, as in `model.apply(images, { training })`: BatchNormalization
 * then normalises by the batch and updates its moving averages, Dropout drops (by tfjs' own draws, not by an `Rng`). As in tfjs,
 * a BatchNormalization that is not trainable does the same. Layers' regularisers are not part of the loss.
 *
 * One such classifier takes another's state, as a teacher does its student's, where the layers have the same names: name them, or load
 * both models from one file.
 *
 * An `intercept` may change the output of a tap; what goes around the tap sees it unchanged, so tap the ends of blocks.
 * `guide.forwardFrom` needs stages that everything after depends on through them alone. `guide.classifierWeights` is there if the
 * model ends in a dense layer.
 *
 * @param model A built model of one input `[B,H,W,C]` and one output `[B,classes]`, NHWC; nested models count as one layer.
 * @param taps Names of its layers; `model.summary()` prints them.
 * @returns A classifier whose `variables`, and the tensors of whose `state()`, have tfjs' names and layouts (`conv2d/kernel`).
 * @throws MixError `INVALID_ARGUMENT` for a model or layer that will not do; `UNSUPPORTED` for one that gives no logits.
 * @example
 * ```ts
 * const classifier = fromLayersModel(await tf.loadLayersModel(url), { stages: ['block1_out', 'block2_out'] });
 * await fit({ classifier, method: fromMixer(cutmix()), ... });
 * ```
 */
export function fromLayersModel(model: LayersModel, taps: LayersModelTaps): GuidedClassifier {
  const parts = layersParts(model, taps);
  return {
    numClasses: parts.numClasses,
    variables: trainable(model),
    forward: (images, options) => forward(parts, images, options),
    state: () => ({
      tensors: Object.fromEntries(
        named(model.weights).map(([name, weight]) => [name, tf.clone(weight.read())]),
      ),
      values: {},
    }),
    restore({ tensors }) {
      const weights = named(model.weights);
      const wanted = weights.map(([name, weight]) => [name, weight.read()] as const);
      checkState('Classifier.restore', new Map(wanted), tensors);
      for (const [name, weight] of weights) weight.write(tensors[name] as Tensor);
    },
    guide: guideOf(model, parts),
  };
}

function forward(
  parts: LayersParts,
  images: Tensor4D,
  { training, intercept }: ForwardOptions,
): ClassifierOutput {
  const { input, stages, embedding, logits } = parts;
  checkForward(images, intercept, { ...parts, stages: stages.length });
  const tap = intercept && stages[intercept.stage - 1];
  // A clone, since stages are the caller's to dispose and what is given may be kept by whoever gave it.
  const change = (symbol: SymbolicTensor, value: Tensor): Tensor =>
    intercept !== undefined && symbol === tap ? tf.clone(intercept.apply(value as Tensor4D)) : value;
  return tf.tidy(() => {
    const first = intercept?.stage === 0 ? intercept.apply(images) : images;
    const wanted = [
      ...stages,
      embedding,
      ...(logits.kind === 'output' ? [logits.output] : [logits.head.embedding]),
    ];
    const values = runLayers(wanted, [[input, first]], { training, change });
    const last = values.at(-1) as Tensor;
    return {
      logits: finish(parts, last),
      embedding: flat(values[stages.length] as Tensor),
      stages: values.slice(0, stages.length) as Tensor4D[],
    };
  });
}

function guideOf(model: LayersModel, parts: LayersParts): GuidedClassifier['guide'] {
  const { input, stages, logits } = parts;
  const stageOf = (where: string, stage: number | 'last'): SymbolicTensor =>
    stages[numberOf(where, 'stage', stage, stages.length) - 1] as SymbolicTensor;
  const last = logits.kind === 'dense' ? logits.head.embedding : logits.output;
  const guide: GuidedClassifier['guide'] & Pick<Guide, 'forwardFrom'> = {
    inputGradient: inputGradientOf(
      (images, training) => forward(parts, images, { training }).logits,
      (run) => keeping(model.nonTrainableWeights, run),
    ),
    features(images, stage, { training = false } = {}) {
      checkImages('Guide.features', images, parts);
      const tap = stageOf('Guide.features', stage);
      return tf.tidy(() => runLayers([tap], [[input, images]], { training })[0] as Tensor4D);
    },
    forwardFrom(features, stage, { training = false } = {}) {
      const tap = stageOf('Guide.forwardFrom', stage);
      return tf.tidy(() => finish(parts, runLayers([last], [[tap, features]], { training })[0] as Tensor));
    },
  };
  if (logits.kind === 'output') return guide;
  const { kernel, bias } = logits.head;
  return {
    ...guide,
    classifierWeights: () => ({
      kernel: stopGradient(kernel.read() as Tensor2D),
      bias: bias === undefined ? tf.zeros([parts.numClasses]) : stopGradient(bias.read() as Tensor1D),
    }),
  };
}

function finish({ logits }: LayersParts, last: Tensor): Tensor2D {
  return logits.kind === 'dense' ? denseLogits(logits.head, last as Tensor2D) : flat(last);
}

function flat(x: Tensor): Tensor2D {
  return x.rank === 2 ? (x as Tensor2D) : tf.reshape(x, [x.shape[0] as number, -1]);
}

function keeping<T>(weights: readonly LayerVariable[], run: () => T): T {
  const before = weights.map((weight) => tf.keep(tf.clone(weight.read())));
  try {
    return run();
  } finally {
    for (const [index, weight] of weights.entries()) weight.write(before[index] as Tensor);
    tf.dispose(before);
  }
}

function trainable(model: LayersModel): NamedVariables {
  return Object.fromEntries(
    named(model.trainableWeights).map(([name, weight]) => [name, weight.read() as Tensor as Variable]),
  );
}

function named(weights: readonly LayerVariable[]): [string, LayerVariable][] {
  const names = weights.map(({ originalName }) => originalName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw invalidArgument('fromLayersModel', 'model', 'name its weights differently', twice, {
      remedy: 'Give its layers names of their own',
    });
  }
  return weights.map((weight, index) => [names[index] as string, weight]);
}
