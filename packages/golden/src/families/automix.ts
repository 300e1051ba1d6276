import { automixStepFamily } from './automix-step.js';
import type { Family } from './family.js';
import { mixBlockFamily } from './mix-block.js';

/** Cases of the block alone have features as input, those of whole steps images only. */
export const automixFamily: Family = (golden) =>
  golden.tensors.has('inputs.feature') ? mixBlockFamily(golden) : automixStepFamily(golden);
