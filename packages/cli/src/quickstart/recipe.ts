/**
 * What `mix quickstart` trains. Sized to about 50 s on two cores with the WebAssembly backend: the work is fixed, so that the
 * numbers are the same on every machine, and a slow one just takes longer.
 */
export const recipe = {
  data: { kind: 'drawn', trainLimit: 1200, testLimit: 500 },
  model: { name: 'cifar-resnet', depth: 8, width: 8 },
  // On every other batch: short runs have no time to learn from mixes alone.
  method: { mixer: 'cutmix', prob: 0.5 },
  // No flips and crops, so that mixing is the only difference that augmentation makes.
  train: { epochs: 24, batchSize: 32, flip: false, cropPadding: 0 },
} as const;
