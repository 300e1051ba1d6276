import { identity } from '@mix/core';
import { z } from 'zod';
import { groups } from './groups.js';
import { adautomixEntry } from './learned/adautomix-entry.js';
import { automixEntries } from './learned/automix-entries.js';
import { methodMixers } from './method-mixers.js';
import { type MixerEntry, mixerEntry } from './mixer-entry.js';
import { pairMixers } from './pair-mixers.js';
import { singles } from './singles.js';
import { stacks, tilings } from './tilings.js';
import { twoStreams } from './two-streams.js';

const alphaEnd = z
  .number()
  .positive()
  .exactOptional()
  .describe('alpha moves to this by the end of the training (see rampEpochs)');

// What is drawn from Beta(alpha, alpha) can change its alpha.
function withAlphaEnd(entries: Readonly<Record<string, MixerEntry>>): Record<string, MixerEntry> {
  const extended = Object.entries(entries).map(([name, entry]) => {
    const { options } = entry;
    return [name, 'alpha' in options ? { ...entry, options: { ...options, alphaEnd } } : entry] as const;
  });
  return Object.fromEntries(extended);
}

/** Every mixer by its name in the configuration; a new one is one entry in the table of its kind. */
export const mixers: Readonly<Record<string, MixerEntry>> = {
  none: mixerEntry('no mixing: the baseline', {}, () => identity),
  ...withAlphaEnd(pairMixers),
  ...tilings,
  ...stacks,
  ...singles,
  ...methodMixers,
  ...automixEntries,
  adautomix: adautomixEntry,
  ...withAlphaEnd(twoStreams),
  ...groups,
};
