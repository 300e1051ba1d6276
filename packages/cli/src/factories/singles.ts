import type { Mixer } from '@mix/core';
import {
  augmix,
  cutout,
  gridmask,
  hideAndSeek,
  randomErasing,
  type SoftenOptions,
  softCrop,
} from '@mix/handcrafted';
import { z } from 'zod';
import { augmixKeys, augmixOptions } from './augmix-options.js';
import { type MixerContext, type MixerEntry, mixerEntry } from './mixer-entry.js';
import { shareOption } from './mixer-options.js';

const power = z.number().positive();
const soften = power
  .exactOptional()
  .describe(
    'let labels lose confidence with what is deleted, by this power; 2 in the paper (Liu et al. 2023)',
  );
const imageProb = (prob: number) =>
  shareOption.default(prob).describe('probability that an image is changed');

type Softened = { readonly soften?: SoftenOptions };

// Every deletion can soften its labels.
function deletionEntry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: z.output<z.ZodObject<S>>, softened: Softened) => Mixer,
): MixerEntry {
  const own = z.object(options);
  const powerOf = (section: unknown): number | undefined => z.object({ soften }).parse(section).soften;
  const make = (section: unknown, { numClasses }: MixerContext): Mixer => {
    const power = powerOf(section);
    return create(own.parse(section), power === undefined ? {} : { soften: { numClasses, power } });
  };
  return {
    summary,
    options: { ...options, soften },
    create: make,
    beyondPairs: (section) => powerOf(section) !== undefined,
  };
}

/** Mixers of one image: they delete parts of it, move it, or change its colours and its shape. */
export const singles: Readonly<Record<string, MixerEntry>> = {
  cutout: deletionEntry(
    'deletes a square of each image (DeVries and Taylor 2017)',
    { squareSide: z.int().min(1).default(16).describe('side of the square in pixels') },
    ({ squareSide }, softened) => cutout({ length: squareSide, ...softened }),
  ),
  'random-erasing': deletionEntry(
    'deletes a rectangle of random size (Zhong et al. 2020)',
    { imageProb: imageProb(0.5) },
    ({ imageProb: prob }, softened) => randomErasing({ prob, ...softened }),
  ),
  gridmask: deletionEntry(
    'deletes a grid of squares (Chen et al. 2020)',
    {
      imageProb: imageProb(0.8),
      rampProb: z.boolean().default(false).describe('let the probability rise from 0 during the training'),
      canvas: z
        .enum(['diagonal', 'canvas1.5'])
        .default('diagonal')
        .describe('what the grid is turned on: as wide as the diagonal, or one and a half images'),
    },
    ({ imageProb: prob, rampProb: ramp, canvas: variant }, softened) =>
      gridmask({ prob, ramp, variant, ...softened }),
  ),
  'hide-and-seek': deletionEntry(
    'deletes cells of a grid at random (Singh and Lee 2017)',
    {},
    (_, softened) => hideAndSeek(softened),
  ),
  augmix: mixerEntry(
    'chains of simple changes of one image, mixed (Hendrycks et al. 2020)',
    augmixKeys,
    (options, context) => augmix(augmixOptions(options, context)),
  ),
  'soft-crop': mixerEntry(
    'crops far beyond the border, and softens labels (Liu et al. 2023); goes with the loss soft-kl',
    {
      cropSigma: z
        .number()
        .positive()
        .default(12)
        .describe("deviation of the window's place in pixels; 12 for images of 32"),
      visibility: z
        .enum(['area', 'iou'])
        .default('area')
        .describe('what is left of an image: its share of the window, or intersection over union'),
      softenPower: power
        .default(2)
        .describe('power by which labels lose confidence with what is out of sight'),
    },
    ({ cropSigma, visibility, softenPower: power }, { numClasses }) =>
      softCrop({ sigma: cropSigma, visibility, soften: { numClasses, power } }),
    { beyondPairs: () => true },
  ),
};
