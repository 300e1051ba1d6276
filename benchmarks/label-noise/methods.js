import { fromMixer, identity } from '@mix/core';
import { mCorrection, mixup, paddles } from '@mix/handcrafted';

/** The methods compared, by name; each is made for a training source. */
export const methods = {
  plain: () => fromMixer(identity),
  Mixup: () => fromMixer(mixup({ alpha: 32 })),
  'M-DYR-H': ({ numBatches }) => mCorrection({ stepsPerFit: numBatches, bootstrap: 'hard' }),
  'M-DYR-S': ({ numBatches }) => mCorrection({ stepsPerFit: numBatches, bootstrap: 'soft' }),
  'MD-DYR-SH': ({ numBatches }) => mCorrection({ stepsPerFit: numBatches, bootstrap: 'soft-to-hard' }),
  // Before the last of three stages. The published times, 19 and 30 of 200 epochs, come within the first 140 steps here.
  PADDLES: () => paddles(fromMixer(identity), { stage: 2, amplitudeUntil: 0.5, phaseUntil: 0.75 }),
};
