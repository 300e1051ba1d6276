import { fromMixer, identity } from '@mix/core';
import { mCorrection, mixup, paddles } from '@mix/handcrafted';

function mCorrectionBy(bootstrap, referencePasses) {
  return ({ numBatches }) => mCorrection({ stepsPerFit: numBatches, bootstrap, referencePasses });
}

/** The methods compared, by name; each is made for a training source. */
export const methods = {
  plain: () => fromMixer(identity),
  Mixup: () => fromMixer(mixup({ alpha: 32 })),
  'M-DYR-H': mCorrectionBy('hard', false),
  'M-DYR-H, published passes': mCorrectionBy('hard', true),
  'M-DYR-S': mCorrectionBy('soft', false),
  'M-DYR-S, published passes': mCorrectionBy('soft', true),
  'MD-DYR-SH': mCorrectionBy('soft-to-hard', false),
  'MD-DYR-SH, published passes': mCorrectionBy('soft-to-hard', true),
  // Before the last of three stages. The published times, 19 and 30 of 200 epochs, come within the first 140 steps here.
  PADDLES: () => paddles(fromMixer(identity), { stage: 2, amplitudeUntil: 0.5, phaseUntil: 0.75 }),
};
