import type { Builder } from './builder.js';
import { convBatchNorm } from './conv-batch-norm.js';
import type { Layer } from './layer.js';
import { paddedIdentity } from './padded-identity.js';

/** What joins the input of a block to its output where their shapes differ. */
export type Shortcut = 'identity' | 'projection';

/** The way around the block `name`; it has parameters (`downsample`) only where a projection changes the shape. */
export function createShortcut(
  builder: Builder,
  name: string,
  {
    inChannels,
    outChannels,
    stride,
    shortcut,
  }: {
    readonly inChannels: number;
    readonly outChannels: number;
    readonly stride: number;
    readonly shortcut: Shortcut;
  },
): Layer {
  if (stride === 1 && inChannels === outChannels) return (x) => x;
  if (shortcut === 'identity') return paddedIdentity(outChannels, stride);
  const project = convBatchNorm(
    builder,
    { conv: `${name}.downsample.0`, bn: `${name}.downsample.1` },
    { inChannels, outChannels, kernelSize: 1, stride, relu: false },
  );
  return (x, training) => project(x, training);
}
