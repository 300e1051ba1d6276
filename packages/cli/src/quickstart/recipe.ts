/**
 * What `mix quickstart` trains. Sized to about 60 s on two cores with the WebAssembly backend, most of it AutoMix's, a step of which
 * costs nearly four plain ones: the work is fixed, so that the numbers are the same on every machine, and a slow one just takes longer.
 */
export const recipe = {
  data: { kind: 'drawn', trainLimit: 1000, testLimit: 500 },
  model: { name: 'cifar-resnet', depth: 8, width: 8 },
  // As on CIFAR in CutMix' paper.
  method: { mixer: 'cutmix', alpha: 1, prob: 0.5 },
  // No flips and crops, so that mixing is the only augmentation.
  train: { epochs: 10, batchSize: 32, flip: false, cropPadding: 0 },
} as const;

/** The method that learns its masks, in place of `method`. */
export const learnedMethod = { mixer: 'automix' } as const;
