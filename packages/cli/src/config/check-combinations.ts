import type { z } from 'zod';
import { checkMixing } from './check-mixing.js';
import { checkModel } from './check-model.js';
import type { Config } from './config-schema.js';

/** Reports a rule that a configuration breaks; messages continue the word "must" and end with the way out. */
export type Refuse = (path: readonly [section: string, key: string], message: string) => void;

/** Rules about several keys at once. */
export function checkCombinations(config: Config, context: z.core.$RefinementCtx<Config>): void {
  const refuse: Refuse = (path, message) =>
    context.addIssue({ code: 'custom', path: [...path], message, input: config });
  checkMixing(config, refuse);
  checkModel(config, refuse);
  const { epochs, warmupEpochs, warmup, warmupFrom, mean, std } = config.train;
  if (warmupEpochs >= epochs) {
    refuse(['train', 'warmupEpochs'], `be below the number of epochs (--epochs ${epochs})`);
  }
  if (warmupFrom !== undefined && warmup === 'before') {
    refuse(['train', 'warmupFrom'], 'come with --warmup within');
  }
  if (config.train.clipJointly && config.train.clipNorm === undefined) {
    refuse(['train', 'clipJointly'], 'come with the norm (--clip-norm 5)');
  }
  const { schedule, finalRate, learningRate } = config.train as Config['train'] & {
    readonly learningRate: number;
  };
  if (finalRate > 0 && schedule === 'constant') {
    refuse(['train', 'finalRate'], 'be 0 with --schedule constant, which ends where it began');
  } else if (finalRate > learningRate) {
    refuse(['train', 'finalRate'], `be at most the highest (--learning-rate ${learningRate})`);
  }
  const { cropScale } = config.train;
  if (cropScale !== undefined && cropScale[0] > cropScale[1]) {
    refuse(['train', 'cropScale'], 'have the lower share first');
  }
  if (mean.length !== std.length) {
    refuse(
      ['train', 'std'],
      `have as many numbers as the mean (--mean ${mean.join(',')}), one for each channel`,
    );
  }
  // Only sgd has these.
  const { nesterov, momentum } = config.train as { readonly nesterov?: boolean; readonly momentum?: number };
  if (nesterov === true && momentum === 0) {
    refuse(['train', 'momentum'], 'be above 0 for Nesterov; turn that off with --no-nesterov');
  }
  const { kind, path, imageSize, testCropShare, labelNoise, noiseMap } = config.data;
  if (testCropShare < 1 && imageSize === undefined) {
    refuse(['data', 'testCropShare'], 'come with an image size (--image-size 224)');
  }
  if (noiseMap !== undefined && labelNoise !== 'asymmetric') {
    refuse(['data', 'noiseMap'], 'come with asymmetric noise (--label-noise asymmetric)');
  }
  const drawn = kind === 'drawn' || (kind === 'auto' && path === undefined);
  if (drawn && imageSize !== undefined && imageSize < 16) {
    refuse(['data', 'imageSize'], 'be at least 16 for the drawn set; other data comes with --data');
  }
}
