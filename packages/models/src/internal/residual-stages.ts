import { branchDrops } from './branch-drops.js';
import type { Builder } from './builder.js';
import type { DropPath } from './drop-path.js';
import { inSequence } from './in-sequence.js';
import type { Layer } from './layer.js';
import type { ResidualBlock } from './residual-block.js';
import type { Shortcut } from './shortcut.js';

/** Sizes of {@link residualStages}. */
export interface ResidualStagesOptions {
  readonly block: ResidualBlock;
  /** Channels that enter the first stage, and of its 3x3 convolutions; each later stage doubles them. */
  readonly width: number;
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  readonly shortcut: Shortcut;
  readonly zeroInitResidual: boolean;
  /** Drops branches at rates that grow from 0 in the first block to `rate` in the last. */
  readonly dropPath?: { readonly layer: DropPath; readonly rate: number } | undefined;
}

/** `layer1`, `layer2`, ...: rows of blocks, each row after the first halving height and width. */
export function residualStages(
  builder: Builder,
  { block, width, depths, shortcut, zeroInitResidual, dropPath }: ResidualStagesOptions,
): { stages: Layer[]; outChannels: number } {
  let inChannels = width;
  const drops = branchDrops(dropPath, depths);
  const makeStage = (depth: number, stage: number): Layer => {
    const channels = width * 2 ** stage;
    const blocks = Array.from({ length: depth }, (_, index) => {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      const drop = drops[stage]?.[index];
      const options = { inChannels, channels, stride, shortcut, zeroInitResidual, drop };
      inChannels = channels * block.expansion;
      return block.create(builder, `layer${stage + 1}.${index}`, options);
    });
    return inSequence(blocks);
  };
  const stages = depths.map((depth, stage) => builder.store.stage(stage + 1, () => makeStage(depth, stage)));
  return { stages, outChannels: inChannels };
}
