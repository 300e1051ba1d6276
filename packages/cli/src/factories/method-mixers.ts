import { manifoldMixup, mixup, mixupe } from '@mix/handcrafted';
import { z } from 'zod';
import { type MixerEntry, mixerEntry } from './mixer-entry.js';
import { alphaOption, modeOption } from './mixer-options.js';

const manifold = {
  alpha: alphaOption(2),
  mode: modeOption,
  stages: z
    .array(z.int().min(0))
    .min(1)
    .readonly()
    .default([0, 1, 2])
    .describe('stages whose features are mixed, one drawn for each batch; 0: the image'),
};

const penalised = {
  alpha: alphaOption(2),
  mode: modeOption,
  penaltyWeight: z.number().min(0).default(1e-3).describe('weight of the penalty'),
  version: z
    .enum(['v3', 'v4'])
    .default('v3')
    .describe('the penalty of the published code: also by its probabilities, or by its logits alone'),
};

const always = 'what it mixes is part of every step';

/** Methods that need the classifier to mix. */
export const methodMixers: Readonly<Record<string, MixerEntry>> = {
  'manifold-mixup': mixerEntry(
    "blends two images' features at a random stage (Verma et al. 2019)",
    manifold,
    ({ alpha, mode }) => mixup({ alpha, mode }),
    {
      always,
      method: (section, options) => manifoldMixup({ ...z.object(manifold).parse(section), ...options }),
    },
  ),
  mixupe: mixerEntry(
    'Mixup, with a penalty on unmixed images (Zou et al. 2023)',
    penalised,
    ({ alpha, mode }) => mixup({ alpha, mode }),
    {
      always,
      method: (section, options) => {
        const { penaltyWeight: eta, ...rest } = z.object(penalised).parse(section);
        return mixupe({ ...rest, eta, ...options });
      },
    },
  ),
};
