export type { Batch, BatchShape } from './batch.js';
export { checkBatch, shapeOf } from './batch.js';
export type { BatchNormTrainOptions } from './batch-norm.js';
export { batchNormTrain } from './batch-norm.js';
export type { BatchSource, HostBatch } from './batch-source.js';
export { checkChoice, checkInteger, checkPositive, checkRange } from './checks.js';
export type {
  Classifier,
  ClassifierOutput,
  ForwardOptions,
  Intercept,
  NamedVariables,
} from './classifier.js';
export type { MixErrorCode, MixErrorFields } from './errors.js';
export { describeReceived, invalidArgument, isMixError, MixError } from './errors.js';
export type { FromMixerOptions } from './from-mixer.js';
export { fromMixer } from './from-mixer.js';
export type { Guide } from './guide.js';
export type { Json } from './json.js';
export { softBce, softCrossEntropy } from './losses.js';
export type { Method, StepContext, StepResult } from './method.js';
export { mixedAccuracy } from './mixed-accuracy.js';
export type { MixContext, MixedBatch, Mixer } from './mixer.js';
export type { Plan } from './plan.js';
export type { Rng, RngState } from './rng.js';
export { createRng, restoreRng } from './rng.js';
export type { NamedTensors, State } from './state.js';
export type { DenseTargets, SmoothingKind, SmoothingOptions, SparseTargets, Targets } from './targets.js';
export { denseTargets, mixTargets, plainTargets, smoothTargets } from './targets.js';
