import type { z } from 'zod';
import type { Config } from './config-schema.js';

/** Rules about several keys at once; messages continue the word "must" and end with the way out. */
export function checkCombinations(config: Config, context: z.core.$RefinementCtx<Config>): void {
  const refuse = (path: readonly string[], message: string): void =>
    context.addIssue({ code: 'custom', path: [...path], message, input: config });
  const { epochs, warmupEpochs, mean, std } = config.train;
  if (warmupEpochs >= epochs) {
    refuse(['train', 'warmupEpochs'], `be below the number of epochs (--epochs ${epochs})`);
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
  const { kind, path, imageSize } = config.data;
  const drawn = kind === 'drawn' || (kind === 'auto' && path === undefined);
  if (drawn && imageSize !== undefined && imageSize < 16) {
    refuse(['data', 'imageSize'], 'be at least 16 for the drawn set; other data comes with --data');
  }
}
