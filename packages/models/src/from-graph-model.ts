// Registers the gradients of tfjs-core's ops.
import '@tensorflow/tfjs-layers';
import { type ClassifierOutput, type ForwardOptions, invalidArgument, MixError, type State } from '@mix/core';
import type { NamedTensorMap, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { GuidedClassifier } from './guided-classifier.js';
import { checkForward, checkImages, numberOf } from './internal/check-forward.js';
import { type GraphParts, graphParts } from './internal/graph-parts.js';
import { inputGradientOf } from './internal/input-gradient.js';

/** An input or output of a graph model's signature. */
export interface GraphModelTensor {
  /** Name of its node. */
  readonly name: string;
  /** Sizes of its axes, -1 where they are free; unknown if absent. */
  readonly shape?: readonly number[];
}

/** What is needed of a `tf.GraphModel`; those of `@tensorflow/tfjs-converter` are of this shape. */
export interface GraphModelLike {
  /** Of its signature. */
  readonly inputs: readonly GraphModelTensor[];
  /** Of its signature. */
  readonly outputs: readonly GraphModelTensor[];
  /** Computes outputs from inputs, which may be any nodes. */
  execute(inputs: NamedTensorMap, outputs: string[]): Tensor | Tensor[];
}

/** Which nodes of a `tf.GraphModel` are what. */
export interface GraphModelTaps {
  /** Names of the nodes that give the stages `[B,h,w,C]`, first to last; the last one should be that before global pooling. */
  readonly stages: readonly string[];
  /** Name of the node that gives the embedding, flattened to `[B,D]`: that of global pooling. */
  readonly embedding: string;
  /** Name of the node that gives the logits `[B,classes]`. @defaultValue the model's output, or what its softmax is taken of */
  readonly logits?: string;
  /** Number of classes. @defaultValue found by running the model once, if it fixes the size of its images */
  readonly numClasses?: number;
}

/**
 * Makes a `Classifier` of a `tf.GraphModel` (`tf.loadGraphModel`), to predict, to teach and to guide: its weights are constants.
 *
 * What works: `forward` in inference mode with an intercept of any stage, and of the guide `inputGradient` in mode `'eval'`,
 * `features`, which stops at the stage, and `forwardFrom`. Gradients go through to the images, as far as tfjs has them for the
 * graph's ops. What does not: training of any kind (`training: true` is an error, there are no `variables` and no state), graphs with
 * control flow (they need `executeAsync`), and `classifierWeights`, for whose sake a class activation map is out of reach:
 * {@link gradCam} is not.
 *
 * @param model Stays the caller's. One input `[B,H,W,C]`, NHWC.
 * @param taps Names of its nodes, as in the `node` list of its `model.json`.
 * @throws MixError `INVALID_ARGUMENT` for a node that it does not have.
 */
export function fromGraphModel(model: GraphModelLike, taps: GraphModelTaps): GuidedClassifier {
  const parts = graphParts(model, taps);
  const run = (given: NamedTensorMap, wanted: readonly string[]): Tensor[] => {
    const result = model.execute(given, [...wanted]);
    return Array.isArray(result) ? result : [result];
  };
  return {
    numClasses: parts.numClasses,
    variables: {},
    forward: (images, options) => forward(run, parts, images, options),
    state: () => ({ tensors: {}, values: {} }),
    restore: refuseState,
    guide: guideOf(run, parts),
  };
}

type Run = (given: NamedTensorMap, wanted: readonly string[]) => Tensor[];

function forward(
  run: Run,
  parts: GraphParts,
  images: Tensor4D,
  { training, intercept }: ForwardOptions,
): ClassifierOutput {
  const { input, stages, embedding, logits } = parts;
  checkForward(images, intercept, { ...parts, stages: stages.length });
  refuseTraining('Classifier.forward', training);
  return tf.tidy(() => {
    const first = intercept?.stage === 0 ? intercept.apply(images) : images;
    const tap = intercept === undefined ? undefined : stages[intercept.stage - 1];
    const wanted = [...stages, embedding, logits];
    const values =
      intercept === undefined || tap === undefined
        ? run({ [input]: first }, wanted)
        : interceptedAt(run, { [input]: first }, wanted, { at: stages.indexOf(tap), apply: intercept.apply });
    return {
      logits: flat(values.at(-1) as Tensor),
      embedding: flat(values[stages.length] as Tensor),
      stages: values.slice(0, stages.length) as Tensor4D[],
    };
  });
}

// Up to the tap, and on from it; the images too, for what goes around the tap.
function interceptedAt(
  run: Run,
  given: NamedTensorMap,
  wanted: readonly string[],
  { at, apply }: { readonly at: number; readonly apply: (features: Tensor4D) => Tensor4D },
): Tensor[] {
  const before = run(given, wanted.slice(0, at + 1));
  // A clone, since stages are the caller's to dispose and what is given may be kept by whoever gave it.
  const changed = tf.clone(apply(before[at] as Tensor4D));
  const after = run({ ...given, [wanted[at] as string]: changed }, wanted.slice(at + 1));
  return [...before.slice(0, at), changed, ...after];
}

function guideOf(run: Run, parts: GraphParts): GuidedClassifier['guide'] {
  const { input, stages, logits } = parts;
  const stageOf = (where: string, stage: number | 'last'): string =>
    stages[numberOf(where, 'stage', stage, stages.length) - 1] as string;
  return {
    inputGradient: inputGradientOf(
      (images, training) => forward(run, parts, images, { training }).logits,
      (compute) => compute(),
    ),
    features(images, stage, { training = false } = {}) {
      checkImages('Guide.features', images, parts);
      refuseTraining('Guide.features', training);
      const tap = stageOf('Guide.features', stage);
      return tf.tidy(() => run({ [input]: images }, [tap])[0] as Tensor4D);
    },
    forwardFrom(features, stage, { training = false } = {}) {
      refuseTraining('Guide.forwardFrom', training);
      const tap = stageOf('Guide.forwardFrom', stage);
      return tf.tidy(() => flat(run({ [tap]: features }, [logits])[0] as Tensor));
    },
  };
}

function flat(x: Tensor): Tensor2D {
  return x.rank === 2 ? (x as Tensor2D) : tf.reshape(x, [x.shape[0] as number, -1]);
}

function refuseTraining(where: string, training: boolean): void {
  if (!training) return;
  throw new MixError(
    `${where}: training must be false for a graph model, whose weights are constants. ` +
      'Train a tf.LayersModel (fromLayersModel) or a model of @mix/models',
    { code: 'UNSUPPORTED', argument: 'training', received: training },
  );
}

function refuseState({ tensors }: State): void {
  const names = Object.keys(tensors);
  if (names.length === 0) return;
  const rule = 'hold nothing for a graph model, which has no state of its own';
  throw invalidArgument('Classifier.restore', 'state', rule, names, { code: 'STATE_MISMATCH' });
}
