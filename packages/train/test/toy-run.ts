import { createRng, fromMixer } from '@mix/core';
import { cosine } from '../src/cosine.js';
import type { FitOptions } from '../src/fit-options.js';
import { prepareImages } from '../src/prepare-images.js';
import { sgd } from '../src/sgd.js';
import { linearClassifier } from './linear-classifier.js';
import { toyMixup } from './toy-mixup.js';
import { toySource } from './toy-source.js';

/** Fresh options of one and the same small run: 4 epochs of 6 steps, everything switched on. */
export function toyRun(extra: Partial<FitOptions> = {}): FitOptions {
  return {
    classifier: linearClassifier(),
    method: fromMixer(toyMixup, { name: 'toyMixup' }),
    train: toySource(),
    validation: toySource({ numSamples: 10, seed: 8 }),
    prepare: prepareImages({ mean: [0.4], std: [0.25], flip: true, cropPadding: 1 }),
    epochs: 4,
    rng: createRng(0),
    optimizers: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4, noDecay: 'norms-and-biases' }),
    schedule: cosine({ base: 0.2, totalSteps: 24, warmupSteps: 3 }),
    clip: { norm: 1 },
    logEvery: 1,
    ...extra,
  };
}
