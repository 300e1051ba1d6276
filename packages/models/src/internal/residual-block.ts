import type { BranchDrop } from './branch-drops.js';
import type { Builder } from './builder.js';
import type { Layer } from './layer.js';
import type { Shortcut } from './shortcut.js';

/** Sizes of one residual block. */
interface ResidualBlockOptions {
  readonly inChannels: number;
  /** Channels of its 3x3 convolutions; it gives `expansion` times as many. */
  readonly channels: number;
  readonly stride: number;
  readonly shortcut: Shortcut;
  readonly zeroInitResidual: boolean;
  /** Acts on the branch in training, before it joins the shortcut. */
  readonly drop?: BranchDrop | undefined;
}

/** A kind of residual block. */
export interface ResidualBlock {
  /** Output channels for each channel of the 3x3 convolutions. */
  readonly expansion: number;
  /** Makes its parameters under `name`. */
  readonly create: (builder: Builder, name: string, options: ResidualBlockOptions) => Layer;
}
