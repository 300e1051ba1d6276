import { basicBlock, type Shortcut } from './basic-block.js';
import type { Builder } from './builder.js';
import type { Layer } from './layer.js';

/** Sizes of {@link residualStages}. */
export interface ResidualStagesOptions {
  /** Channels that enter the first stage; each later stage doubles them. */
  readonly width: number;
  /** Blocks of each stage. */
  readonly depths: readonly number[];
  readonly shortcut: Shortcut;
  readonly zeroInitResidual: boolean;
}

/** `layer1`, `layer2`, ...: rows of blocks, each row after the first halving height and width. */
export function residualStages(
  builder: Builder,
  { width, depths, shortcut, zeroInitResidual }: ResidualStagesOptions,
): { stages: Layer[]; outChannels: number } {
  let inChannels = width;
  const stages = depths.map((depth, stage) => {
    const outChannels = width * 2 ** stage;
    const blocks = Array.from({ length: depth }, (_, index) => {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      const options = { inChannels, outChannels, stride, shortcut, zeroInitResidual };
      inChannels = outChannels;
      return basicBlock(builder, `layer${stage + 1}.${index}`, options);
    });
    return inSequence(blocks);
  });
  return { stages, outChannels: inChannels };
}

function inSequence(layers: readonly Layer[]): Layer {
  return (x, training) => layers.reduce((features, layer) => layer(features, training), x);
}
