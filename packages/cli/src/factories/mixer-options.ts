import type { Mixer } from '@mix/core';
import {
  derange,
  differentClass,
  type LabelPairing,
  type Pairing,
  permute,
  reverse,
  roll,
  sameClass,
  withLabels,
} from '@mix/handcrafted';
import { z } from 'zod';

/** λ is drawn from Beta(alpha, alpha). */
export const alphaOption = (value = 1) =>
  z.number().positive().default(value).describe('λ is drawn from Beta(alpha, alpha)');

/** How draws are shared. */
export const modeOption = z
  .enum(['batch', 'pair', 'elem'])
  .default('batch')
  .describe('one draw for a batch, for a pair of rows, or for each row');

const bySize: Readonly<Record<string, Pairing>> = { permute, derange, reverse, roll };
const byClass: Readonly<Record<string, LabelPairing>> = {
  'same-class': sameClass,
  'different-class': differentClass,
};

/** Who is mixed with whom. */
export const pairingOption = z
  .enum(['permute', 'derange', 'reverse', 'roll', 'same-class', 'different-class'])
  .exactOptional()
  .describe(
    'partners: at random, never oneself, as timm or torchvision, or by class (permute; reverse if mode is pair)',
  );

/** Makes a mixer with the pairing that a section names, or with its own default. */
export function withPairing(
  name: z.output<typeof pairingOption> | undefined,
  create: (options: { readonly pairing?: Pairing }) => Mixer,
): Mixer {
  if (name === undefined) return create({});
  const pairing = byClass[name];
  return pairing === undefined
    ? create({ pairing: bySize[name] as Pairing })
    : withLabels(pairing, (chosen) => create({ pairing: chosen }));
}

/** A share of something, from 0 to 1. */
export const shareOption = z.number().min(0).max(1);

/** Sides of the box, drawn between two shares. */
export const ratioMinMaxOption = z
  .tuple([shareOption, shareOption])
  .refine(([low, high]) => low < high, 'rise: the lower share first, then the higher one')
  .readonly()
  .exactOptional()
  .describe("draw the box's sides between these shares of the image's instead of from alpha");
