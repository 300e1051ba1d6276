import { byProgress, choose, type Mixer, perSample } from '@mix/core';
import { z } from 'zod';
import { factoryOf } from './factory-of.js';
import { type MixerContext, type MixerEntry, mixerEntry } from './mixer-entry.js';
import { pairMixers } from './pair-mixers.js';
import { singles } from './singles.js';
import { tilings } from './tilings.js';

const members: Readonly<Record<string, MixerEntry>> = { ...pairMixers, ...tilings, ...singles };

const mixersOption = z
  .array(z.enum(Object.keys(members) as [string, ...string[]]))
  .min(2)
  .readonly()
  .default(['mixup', 'cutmix'])
  .describe('names of mixers, each with its defaults');

const beyondPairs = (section: unknown): boolean =>
  z
    .object({ mixers: mixersOption })
    .parse(section)
    .mixers.some((name) => factoryOf(members, name).beyondPairs?.({}) === true);

const make = (names: readonly string[], context: MixerContext): Mixer[] =>
  names.map((name) => factoryOf(members, name).create({}, context));

/** Mixers made of mixers. */
export const groups: Readonly<Record<string, MixerEntry>> = {
  choose: mixerEntry(
    'one of several mixers, drawn for each batch or row',
    {
      mixers: mixersOption,
      chooseBy: z
        .enum(['batch', 'image'])
        .default('batch')
        .describe('draw the mixer for a batch, or for each row'),
    },
    ({ mixers, chooseBy }, context) => (chooseBy === 'batch' ? choose : perSample)(make(mixers, context)),
    { beyondPairs },
  ),
  curriculum: mixerEntry(
    'several mixers one after another, each for an equal part of the training',
    { mixers: mixersOption },
    ({ mixers }, context) => {
      const made = make(mixers, context);
      const at = (progress: number): Mixer =>
        made[Math.min(Math.floor(progress * made.length), made.length - 1)] as Mixer;
      return byProgress(at);
    },
    { beyondPairs },
  ),
};
