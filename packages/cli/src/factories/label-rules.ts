import { fromMixer, type Method, type Mixer, thresholdTargets } from '@mix/core';
import { lumix, mCorrection, remix } from '@mix/handcrafted';
import { z } from 'zod';
import type { NetworkContext } from './learned/learned.js';
import type { RowLossOptions } from './losses.js';
import { createSumix, sumixKeys } from './sumix-rule.js';

/** What a label rule is put together with. */
export interface LabelRuleContext extends RowLossOptions {
  /** Of the method. */
  readonly name: string;
  readonly mixer: Mixer;
  /** Training images of each class, at least 1. */
  readonly counts: () => readonly number[];
  readonly numClasses: number;
  readonly stepsPerEpoch: number;
  readonly network: NetworkContext;
}

/** A method, and what frees its own variables, if it has any. */
export type OwnedMethod = Method & { readonly dispose?: () => void };

/** A rule that `labels.rule` can name. */
export interface LabelRuleEntry {
  /** One line for `--help` and the README. */
  readonly summary: string;
  /** Its own keys in the section `labels`. */
  readonly options: z.ZodRawShape;
  /** Whether it is for rows of at most two classes. */
  readonly pairsOnly: boolean;
  /** Makes the method from the section. */
  readonly create: (section: unknown, context: LabelRuleContext) => OwnedMethod;
}

function entry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: z.output<z.ZodObject<S>>, context: LabelRuleContext) => OwnedMethod,
  pairsOnly = false,
): LabelRuleEntry {
  const own = z.object(options);
  return { summary, options, pairsOnly, create: (section, context) => create(own.parse(section), context) };
}

const share = z.number().min(0).max(1);

/** Every label rule by its name in the configuration; a new one is one entry here. */
export const labelRules: Readonly<Record<string, LabelRuleEntry>> = {
  mixed: entry('labels as they are mixed', {}, (_, { mixer, name, loss, labelSmoothing }) =>
    fromMixer(mixer, { name, loss, labelSmoothing }),
  ),
  remix: entry(
    'the rarer class takes the label where the frequent one shows less (Chou et al. 2020)',
    {
      kappa: z
        .number()
        .min(1)
        .default(3)
        .describe('how many times as many images make a class the frequent one'),
      tau: share.default(0.5).describe('share below which the frequent class loses its part of the label'),
    },
    (options, { mixer, counts, name, loss, labelSmoothing }) =>
      fromMixer(remix(mixer, { counts: counts(), ...options }), { name, loss, labelSmoothing }),
    true,
  ),
  lumix: entry(
    "λ of the labels disturbed by noise and by the model's opinion (Sun et al. 2022)",
    {
      noiseShare: share.default(0.1).describe('share of λ that is noise'),
      predictionShare: share.default(0.4).describe("share of λ that is the model's opinion"),
      noiseAlpha: z.number().positive().default(1).describe('the noise is drawn from Beta(a, a)'),
    },
    ({ noiseShare, predictionShare, noiseAlpha }, { mixer, loss, labelSmoothing }) =>
      lumix(mixer, {
        noise: noiseShare,
        prediction: predictionShare,
        alpha: noiseAlpha,
        loss,
        labelSmoothing,
      }),
    true,
  ),
  'multi-label': entry(
    'every class that shows enough is a full label; goes with the loss bce',
    { labelThreshold: z.number().min(0).lt(1).default(0).describe('share above which a class is a label') },
    ({ labelThreshold: threshold }, { mixer, numClasses, name, loss, labelSmoothing }) =>
      fromMixer(mixer, {
        name,
        loss,
        labelSmoothing,
        targets: ({ targets }) => thresholdTargets(targets, { numClasses, threshold }),
      }),
  ),
  'm-correction': entry(
    "labels corrected by the model's opinion where their loss is large (Arazo et al. 2019)",
    {
      correctFrom: share
        .exactOptional()
        .describe('share of the training after which labels are corrected (0.35; soft-to-hard 0.37)'),
      lossMixture: z.enum(['beta', 'gaussian']).default('beta').describe('what is fitted to the losses'),
      bootstrap: z
        .enum(['soft', 'hard', 'soft-to-hard'])
        .default('soft')
        .describe("the model's opinion: its probabilities, its likeliest class, or one after the other"),
      temperature: z
        .number()
        .positive()
        .exactOptional()
        .describe('of the probabilities (1; soft-to-hard lets it fall)'),
      priorWeight: z.number().min(0).default(1).describe('weight of the pull towards all classes alike'),
    },
    ({ correctFrom, lossMixture, priorWeight, ...options }, { mixer, stepsPerEpoch }) =>
      mCorrection({
        ...options,
        stepsPerFit: stepsPerEpoch,
        ...(correctFrom !== undefined && { from: correctFrom }),
        mixture: lossMixture,
        prior: priorWeight,
        mixer,
      }),
  ),
  sumix: entry(
    'labels by how much the model finds of each image in the mix, and how sure it is (Qin et al. 2024)',
    sumixKeys,
    createSumix,
    true,
  ),
};
