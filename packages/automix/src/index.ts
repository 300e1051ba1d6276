export { adjustMask } from './adjust-mask.js';
export type { ComparedMixes, MaskComparison } from './compare-masks.js';
export { compareMasks } from './compare-masks.js';
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
export type { MixupHead, MixupHeadOptions } from './mixup-head.js';
export { createMixupHead } from './mixup-head.js';
export type {
  HeadedOutput,
  Heads,
  MomentumNetwork,
  MomentumNetworkOptions,
  TeacherView,
} from './momentum-network.js';
export { createMomentumNetwork } from './momentum-network.js';
export type { Momentum, MomentumOptions, MomentumSchedule } from './momentum-schedule.js';
export { momentumSchedule } from './momentum-schedule.js';
export { pairTargets } from './pair-targets.js';
export type { PairOptions, Pairs } from './plan-pairs.js';
export { planPairs } from './plan-pairs.js';
export { rescaleLam } from './rescale-lam.js';
