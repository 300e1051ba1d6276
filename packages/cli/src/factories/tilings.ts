import { mosaic, ricap, type StackAxis, stackmix, stackTwice } from '@mix/handcrafted';
import { z } from 'zod';
import { type MixerEntry, mixerEntry } from './mixer-entry.js';
import { pairingOption, withPairing } from './mixer-options.js';

const four = { beyondPairs: () => true };

/** Mixers of four images, as large as one. */
export const tilings: Readonly<Record<string, MixerEntry>> = {
  ricap: mixerEntry(
    'tiles crops of four images around a random point (Takahashi et al. 2018)',
    { beta: z.number().positive().default(0.3).describe('the point is drawn from Beta(beta, beta)') },
    ricap,
    four,
  ),
  mosaic: mixerEntry('tiles four whole images, shrunk (Bochkovskiy et al. 2020)', {}, mosaic, four),
};

const axis = z
  .enum(['height', 'width'])
  .default('height')
  .describe('side that doubles: one image above the other, or beside it');

/** StackMix, whose images are larger than those it takes. */
export const stacks: Readonly<Record<string, MixerEntry>> = {
  stackmix: mixerEntry(
    'stacks two whole images, half a label each (Chen et al. 2022)',
    { axis, pairing: pairingOption },
    ({ axis, pairing }) => withPairing(pairing, (chosen) => stackmix({ axis, ...chosen })),
    {
      always: 'images are of one size',
      view: (section) => (images) => stackTwice(images, z.object({ axis }).parse(section).axis as StackAxis),
    },
  ),
};
