import { firstHalf, type Mixer } from '@mix/core';
import { acrossHalves, cutmix, mixup, otherHalf } from '@mix/handcrafted';
import { z } from 'zod';
import { type MixerEntry, mixerEntry } from './mixer-entry.js';
import { alphaOption, modeOption, ratioMinMaxOption } from './mixer-options.js';
import { type SamplerName, samplerNames } from './samplers.js';

const alpha = alphaOption();

// Mixers of the training stream with a second one, drawn by class.
function entry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  sampler: SamplerName,
  create: (options: z.output<z.ZodObject<S>>) => Mixer,
  keep?: MixerEntry['keep'],
): MixerEntry {
  const secondSampler = z
    .enum(samplerNames)
    .default(sampler)
    .describe(
      'how images of the second stream are drawn: classes alike, by the root of their size, or rare ones most',
    );
  return mixerEntry(summary, { ...options, secondSampler } as S, create, {
    secondSampler: (section) => z.object({ secondSampler }).parse(section).secondSampler,
    ...(keep && { keep }),
  });
}

/** Mixers of long-tailed data with images of its rare classes. */
export const twoStreams: Readonly<Record<string, MixerEntry>> = {
  cmo: entry(
    'pastes images of rare classes into frequent ones (Park et al. 2022)',
    { alpha, mode: modeOption, ratioMinMax: ratioMinMaxOption },
    'balanced',
    (options) => cutmix({ ...options, pairing: otherHalf }),
    firstHalf,
  ),
  bilateral: entry(
    'blends two streams, and learns from both with one head (after DBN-Mix, Baik et al. 2022)',
    { alpha, mode: modeOption },
    'reversed',
    (options) => mixup({ ...options, fold: true, pairing: acrossHalves }),
  ),
  'bbn-mixup': entry(
    'blends images with those of a second stream, and learns from the blends (after Zhou et al. 2020)',
    { alpha, mode: modeOption },
    'reversed',
    (options) => mixup({ ...options, pairing: otherHalf }),
    firstHalf,
  ),
};
