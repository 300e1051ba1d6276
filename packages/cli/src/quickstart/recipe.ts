/**
 * What `mix quickstart` trains. Sized to about 50 s on two cores with the WebAssembly backend: the work is fixed, so that the
 * numbers are the same on every machine, and a slow one just takes longer.
 */
export const recipe = {
  data: { kind: 'drawn', trainLimit: 1000, testLimit: 500 },
  model: { name: 'cifar-resnet', depth: 8, width: 8 },
  // What tells these shapes apart is their outline, which CutMix's boxes break: Mixup fits them better.
  method: { mixer: 'mixup', alpha: 0.4 },
  // No flips and crops, so that mixing is the only augmentation.
  train: { epochs: 24, batchSize: 32, flip: false, cropPadding: 0 },
} as const;
