import {
  augmix,
  augmixConsistency,
  classDistanceMixing,
  manifoldMixup,
  mixup,
  mixupe,
} from '@mix/handcrafted';
import { z } from 'zod';
import { augmixKeys, augmixOptions } from './augmix-options.js';
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
    .enum(['v1', 'v2', 'v3', 'v4'])
    .default('v3')
    .describe(
      "the published code's penalty: derivatives towards the mean image (v1, v2), or a cheap stand-in",
    ),
};

const byDistance = {
  alpha: alphaOption(),
  towards: z
    .enum(['near', 'far'])
    .default('near')
    .describe('partners from classes that look alike, or unlike'),
  metric: z
    .enum(['euclidean', 'cosine', 'js'])
    .default('euclidean')
    .describe("distance of two classes' mean predictions"),
};

const consistent = {
  ...augmixKeys,
  consistency: z
    .number()
    .min(0)
    .default(12)
    .describe('weight of the divergence between the predictions of an image and of two draws of it'),
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
  'class-distance-mixup': mixerEntry(
    'Mixup with partners from classes that the model finds close, or far (Fujii et al. 2022)',
    byDistance,
    ({ alpha }) => mixup({ alpha }),
    {
      always,
      method: (section, options, { numClasses }) => {
        const { alpha, ...rest } = z.object(byDistance).parse(section);
        return classDistanceMixing((pairing) => mixup({ alpha, pairing }), {
          ...rest,
          ...options,
          numClasses,
        });
      },
    },
  ),
  'augmix-consistency': mixerEntry(
    'AugMix, with a penalty on what its draws change in the prediction (Hendrycks et al. 2020)',
    consistent,
    (options, context) => augmix(augmixOptions(options, context)),
    {
      always,
      method: (section, options, context) => {
        const own = z.object(consistent).parse(section);
        return augmixConsistency({ ...augmixOptions(own, context), weight: own.consistency, ...options });
      },
    },
  ),
};
