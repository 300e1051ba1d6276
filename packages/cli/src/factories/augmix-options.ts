import type { AugmixOptions } from '@mix/handcrafted';
import { z } from 'zod';
import type { MixerContext } from './mixer-entry.js';

/** Keys of AugMix, with its consistency and without. */
export const augmixKeys = {
  severity: z.number().min(0.1).max(10).default(3).describe('largest level of an operation'),
  chains: z.int().min(1).default(3).describe('chains of operations of an image'),
  chainDepth: z
    .int()
    .min(1)
    .exactOptional()
    .describe('operations in a chain (1, 2 or 3, drawn for each chain)'),
};

/** The library's options for them. */
export function augmixOptions(
  { severity, chains, chainDepth }: z.output<z.ZodObject<typeof augmixKeys>>,
  { scale }: MixerContext,
): AugmixOptions {
  return { severity, width: chains, ...(chainDepth !== undefined && { depth: chainDepth }), ...scale };
}
