import { choose, type Mixer, perSample } from '@mix/core';
import {
  cutmix,
  fmix,
  gmix,
  gridmix,
  hmix,
  mixup,
  type PairOptions,
  resizemix,
  smoothmix,
} from '@mix/handcrafted';
import { z } from 'zod';
import type { MixerEntry } from './mixer-entry.js';
import {
  alphaOption,
  modeOption,
  pairingOption,
  ratioMinMaxOption,
  shareOption,
  withPairing,
} from './mixer-options.js';

type Paired<S extends z.ZodRawShape> = z.output<z.ZodObject<S>> & Pick<PairOptions, 'mode' | 'pairing'>;

// Every mixer of pairs has a mode and a pairing.
function pairEntry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: Paired<S>) => Mixer,
): MixerEntry {
  const own = z.object(options);
  const pairs = z.object({ mode: modeOption, pairing: pairingOption });
  return {
    summary,
    options: { ...options, ...pairs.shape },
    create: (section) => {
      const { mode, pairing } = pairs.parse(section);
      return withPairing(pairing, (chosen) => create({ ...own.parse(section), mode, ...chosen }));
    },
  };
}

const alpha = alphaOption();
const positiveShare = z.number().positive().max(1);

/** Mixers of two images. */
export const pairMixers: Readonly<Record<string, MixerEntry>> = {
  mixup: pairEntry('blends two images (Zhang et al. 2018)', { alpha }, mixup),
  cutmix: pairEntry(
    'pastes a box of one image into another (Yun et al. 2019)',
    { alpha, ratioMinMax: ratioMinMaxOption },
    cutmix,
  ),
  'mixup+cutmix': pairEntry(
    'Mixup or CutMix, drawn for each batch or row',
    {
      mixupAlpha: z.number().positive().default(0.8).describe('alpha of Mixup'),
      cutmixAlpha: z.number().positive().default(1).describe('alpha of CutMix'),
      switchProb: shareOption.default(0.5).describe('probability of CutMix'),
      switchBy: z
        .enum(['batch', 'image'])
        .default('batch')
        .describe('draw Mixup or CutMix for a batch, or for each row'),
      ratioMinMax: ratioMinMaxOption,
    },
    ({ mixupAlpha, cutmixAlpha, switchProb, switchBy, ratioMinMax, ...pairs }) => {
      const box = ratioMinMax === undefined ? {} : { ratioMinMax };
      const both = [mixup({ ...pairs, alpha: mixupAlpha }), cutmix({ ...pairs, ...box, alpha: cutmixAlpha })];
      const weights = [1 - switchProb, switchProb];
      return switchBy === 'batch' ? choose(both, { weights }) : perSample(both, { weights });
    },
  ),
  fmix: pairEntry(
    'shows another image where low-pass noise is dark (Harris et al. 2020)',
    {
      alpha,
      decayPower: z
        .number()
        .positive()
        .default(3)
        .describe("power by which the noise's frequencies fall: the higher, the smoother the edge"),
      maxSoft: z
        .number()
        .min(0)
        .max(0.5)
        .default(0)
        .describe('share of the pixels on either side of the edge that blend'),
      spectrum: z
        .enum(['halfplane', 'published'])
        .default('halfplane')
        .describe("the noise's spectrum: as the paper means it, or as the published code has it"),
    },
    ({ decayPower, ...options }) => fmix({ ...options, decay: decayPower }),
  ),
  gridmix: pairEntry(
    'shows another image in a regular grid (Baek et al. 2021)',
    {
      alpha,
      variant: z
        .enum(['holes', 'cells'])
        .default('holes')
        .describe('holes in a crop of the image, or cells all over it'),
    },
    gridmix,
  ),
  resizemix: pairEntry(
    'pastes a whole image, shrunk, into another (Qin et al. 2020)',
    {
      scope: z
        .tuple([positiveShare, positiveShare])
        .refine(([low, high]) => low <= high, 'not fall: the lower share first, then the higher one')
        .readonly()
        .default([0.1, 0.8])
        .describe("sides of the shrunk image as shares of the image's, drawn between these"),
      interpolation: z
        .enum(['nearest', 'bilinear'])
        .default('nearest')
        .describe('how the shrunk image is made'),
    },
    resizemix,
  ),
  smoothmix: pairEntry('fades another image in through a Gaussian bump (Lee et al. 2020)', {}, smoothmix),
  hmix: pairEntry(
    'pastes a smaller box, and blends around it (Park et al. 2022)',
    {
      alpha,
      ratio: shareOption
        .default(0.5)
        .describe('share of the box in the mix: 0 blends only, 1 is the box of CutMix'),
    },
    hmix,
  ),
  gmix: pairEntry('shows one image in a Gaussian bump (Park et al. 2022)', { alpha }, gmix),
};
