export { adjustMask } from './adjust-mask.js';
export { automix } from './automix.js';
export type { AutomixMethod } from './automix-method.js';
export type { AutomixOptions } from './automix-options.js';
export type { AutomixMixes, AutomixPass, AutomixTerms } from './automix-pass.js';
export type { BlockMixerOptions, BlockMixPlan, BlockMixSource, PlanBlockMixOptions } from './block-mixer.js';
export { applyBlockMix, createBlockMixer, planBlockMix } from './block-mixer.js';
export type { ComparedMixes, MaskComparison } from './compare-masks.js';
export { compareMasks } from './compare-masks.js';
export type { Heads } from './heads.js';
export { applyLamMargin, isInMargin } from './lam-margin.js';
export type { CollapseBounds, CollapseEvidence, MaskCollapse } from './mask-collapse.js';
export { maskCollapse } from './mask-collapse.js';
export type { MaskLossMode, MaskLossOptions } from './mask-loss.js';
export { maskLoss } from './mask-loss.js';
export type { MaskLossDecay } from './mask-loss-weight.js';
export { maskLossWeight } from './mask-loss-weight.js';
export { maskSlope } from './mask-slope.js';
export type { MaskStatistics } from './mask-statistics.js';
export { maskStatistics } from './mask-statistics.js';
export type { MixBlock, MixBlockCall, MixBlockDetails, ProjectedFeatures } from './mix-block.js';
export { createMixBlock } from './mix-block.js';
export { loadMixBlock, saveMixBlock } from './mix-block-file.js';
export type { MixBlockDesign, MixBlockOptions } from './mix-block-options.js';
export { samixBlock } from './mix-block-options.js';
export type { MixupHead, MixupHeadOptions } from './mixup-head.js';
export { createMixupHead } from './mixup-head.js';
export type {
  HeadedOutput,
  MomentumNetwork,
  MomentumNetworkOptions,
  TeacherView,
} from './momentum-network.js';
export { createMomentumNetwork } from './momentum-network.js';
export type { Momentum, MomentumOptions, MomentumSchedule } from './momentum-schedule.js';
export { momentumSchedule } from './momentum-schedule.js';
export { pairTargets } from './pair-targets.js';
export type { AutomixPlan, PlanAutomixOptions } from './plan-automix.js';
export { planAutomix } from './plan-automix.js';
export type { PairOptions, Pairs } from './plan-pairs.js';
export { planPairs } from './plan-pairs.js';
export { rescaleLam } from './rescale-lam.js';
export { samix } from './samix.js';
export type { MaskWatch, WatchedPlan } from './watch-masks.js';
export { watchMasks } from './watch-masks.js';
