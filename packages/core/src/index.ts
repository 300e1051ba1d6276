export type { AdamwInputs, AdamwUpdated, AdamwUpdateOptions } from './adamw-update.js';
export { adamwUpdate } from './adamw-update.js';
export type { ByteOp, ByteOperation } from './apply-byte-operation.js';
export { applyByteOperation } from './apply-byte-operation.js';
export type { MixedParts } from './assemble-mixed.js';
export { assembleMixed } from './assemble-mixed.js';
export type { Attended, AttentionOptions } from './attention.js';
export { attention } from './attention.js';
export type { BackendName } from './backends/candidates.js';
export { backendNames } from './backends/candidates.js';
export type { Load } from './backends/load.js';
export type { BackendAttempt, BackendReport, SelectBackendOptions } from './backends/select-backend.js';
export { selectBackend } from './backends/select-backend.js';
export type { Batch, BatchShape } from './batch.js';
export { checkBatch, checkBatchOfClasses, shapeOf } from './batch.js';
export type { BatchNormalized, BatchNormTrainOptions } from './batch-norm.js';
export { batchNormTrain } from './batch-norm.js';
export type { BatchSource, HostBatch } from './batch-source.js';
export { blendByLam } from './blend-by-lam.js';
export { blendByMasks } from './blend-by-masks.js';
export { byProgress } from './by-progress.js';
export type { ByteImage } from './byte-image.js';
export { checkAlive } from './check-alive.js';
export { checkChoice, checkInteger, checkPositive, checkRange } from './checks.js';
export type { ChooseOptions, ChoosePlan } from './choose.js';
export { choose } from './choose.js';
export { classActivationMap } from './class-activation-map.js';
export type {
  Classifier,
  ClassifierOutput,
  ForwardOptions,
  Intercept,
  NamedVariables,
} from './classifier.js';
export type { DecoupledOptions } from './decoupled-cross-entropy.js';
export { decoupledCrossEntropy } from './decoupled-cross-entropy.js';
export { disposeMixed } from './dispose-mixed.js';
export { draftSafetensors, dtypeOf } from './draft-safetensors.js';
export type { ImageWindow, WindowOptions } from './draw-window.js';
export { checkWindow, drawWindow } from './draw-window.js';
export type { DuringOptions, DuringPlan } from './during.js';
export { during } from './during.js';
export { ema, updateEma } from './ema.js';
export type { MixErrorCode, MixErrorFields } from './errors.js';
export { describeReceived, invalidArgument, isMixError, MixError } from './errors.js';
export type { FirstHalfPlan } from './first-half.js';
export { firstHalf } from './first-half.js';
export type { FromMixerOptions, TargetRule } from './from-mixer.js';
export { fromMixer } from './from-mixer.js';
export { gelu } from './gelu.js';
export type { GroupedConv2dOptions } from './grouped-conv2d.js';
export { groupedConv2d } from './grouped-conv2d.js';
export type { AttendedLogits, DenseWeights, Guide, InputGradient, ProbeOptions } from './guide.js';
export type { IdentityPlan } from './identity.js';
export { identity } from './identity.js';
export type { Interpolation } from './interpolation-matrix.js';
export { interpolationMatrix } from './interpolation-matrix.js';
export type { Json } from './json.js';
export type { LayerNormOptions } from './layer-norm.js';
export { layerNorm } from './layer-norm.js';
export type { Box, Layer, Layout, Layouts } from './layout.js';
export { layoutOf } from './layout.js';
export type { SoftBceOptions, SoftmaxBceOptions } from './losses.js';
export { softBce, softCrossEntropy, softmaxBce } from './losses.js';
export type { Method, StepContext, StepResult } from './method.js';
export { mixedAccuracy } from './mixed-accuracy.js';
export type { MixContext, MixedBatch, Mixer } from './mixer.js';
export { openSafetensors } from './open-safetensors.js';
export type { Paste } from './paste-boxes.js';
export { pasteBoxes } from './paste-boxes.js';
export type { PerSamplePlan } from './per-sample.js';
export { perSample } from './per-sample.js';
export type { Plan } from './plan.js';
export { readSafetensors } from './read-safetensors.js';
export type { RepeatPlan } from './repeat.js';
export { repeat } from './repeat.js';
export type { Applier } from './replay.js';
export { replay } from './replay.js';
export type { BoxedObject, ReplayBoxesOptions, ShownBox } from './replay-boxes.js';
export { replayBoxes } from './replay-boxes.js';
export type { Keypoint, ReplayKeypointsOptions, ShownKeypoint } from './replay-keypoints.js';
export { replayKeypoints } from './replay-keypoints.js';
export type { HardLabelMapOptions, SoftLabelMapOptions } from './replay-label-maps.js';
export { replayLabelMaps } from './replay-label-maps.js';
export type { ResampleOptions } from './resample.js';
export { resample } from './resample.js';
export type { Rng, RngState } from './rng.js';
export { createRng, restoreRng } from './rng.js';
export type {
  HostTensor,
  SafetensorsDraft,
  SafetensorsDtype,
  SafetensorsFile,
  SafetensorsIndex,
  StoredTensor,
  TensorData,
} from './safetensors.js';
export { scaledSoftmax } from './scaled-softmax.js';
export type { SgdInputs, SgdUpdated, SgdUpdateOptions } from './sgd-update.js';
export { sgdUpdate } from './sgd-update.js';
export type { NamedTensors, State } from './state.js';
export { stopGradient } from './stop-gradient.js';
export { sumOfSquares } from './sum-of-squares.js';
export type { DenseTargets, SmoothingKind, SmoothingOptions, SparseTargets, Targets } from './targets.js';
export { denseTargets, mixTargets, plainTargets, smoothTargets, thresholdTargets } from './targets.js';
export { type VariableGradients, variableGradients } from './variable-gradients.js';
export type { WithProbPlan } from './with-prob.js';
export { withProb } from './with-prob.js';
export { withoutGradient } from './without-gradient.js';
export { writeSafetensors } from './write-safetensors.js';
