import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { resolveConfig } from './resolve-config.js';

const none = new Map<string, unknown>();
const fromFile = (content: unknown) => resolveConfig({ file: { name: 'config.json', content }, flags: none });

describe('resolveConfig', () => {
  it('fills in the recipe of the paper', () => {
    const config = resolveConfig({ flags: none });
    expect(config).toMatchObject({
      seed: 0,
      backend: 'auto',
      data: { kind: 'auto', onCorrupt: 'error' },
      model: { name: 'resnet20', width: 16 },
      method: { mixer: 'none', prob: 1, labelSmoothing: 0, offEpoch: 0 },
      train: {
        optimizer: 'sgd',
        learningRate: 0.1,
        momentum: 0.9,
        nesterov: true,
        weightDecay: 5e-4,
        decoupled: false,
        decayExempt: 'none',
        epochs: 20,
        batchSize: 128,
        schedule: 'cosine',
        warmupEpochs: 0,
        flip: true,
        cropPadding: 4,
      },
    });
  });

  it('gives defaults by choice, also for a section that names none', () => {
    expect(fromFile({ train: { optimizer: 'adamw' } }).train).toMatchObject({ learningRate: 1e-3 });
    expect(fromFile({ train: { epochs: 3 } }).train).toMatchObject({ optimizer: 'sgd', epochs: 3 });
    expect(fromFile({ model: { name: 'resnet18' } }).model).toMatchObject({ width: 64, stem: 'cifar' });
  });

  it("gives RandAugment torchvision's defaults with its policy, unless others are given", () => {
    const timm = { randAugmentMagnitude: 9, randAugmentDeviation: 0.5, randAugmentProb: 0.5 };
    expect(fromFile({ train: { randAugment: 'timm' } }).train).toMatchObject(timm);
    const theirs = {
      ...{ randAugmentMagnitude: 3, randAugmentDeviation: 0, randAugmentProb: 1 },
      randAugmentInterpolation: ['nearest'],
    };
    const flags = new Map<string, unknown>([['train.randAugment', 'torchvision']]);
    const { train } = resolveConfig({ flags });
    expect(train).toMatchObject(theirs);
    // What a run has written is given.
    expect(fromFile({ train }).train).toEqual(train);
    flags.set('train.randAugmentMagnitude', 5);
    const file = { name: 'config.json', content: { train: { randAugmentProb: 0.7 } } };
    expect(resolveConfig({ file, flags }).train).toMatchObject({
      ...theirs,
      randAugmentMagnitude: 5,
      randAugmentProb: 0.7,
    });
  });

  it('lets flags win over the file, and notes what another choice leaves out', () => {
    const notes: string[] = [];
    const config = resolveConfig({
      file: { name: 'config.json', content: { method: { mixer: 'cutmix', alpha: 0.5, prob: 0.8 } } },
      flags: new Map<string, unknown>([
        ['method.mixer', 'none'],
        ['train.epochs', 2],
      ]),
      note: (line) => notes.push(line),
    });
    const { method } = resolveConfig({ flags: none });
    expect(config.method).toEqual({ ...method, mixer: 'none', prob: 0.8 });
    expect(config.train.epochs).toBe(2);
    expect(notes).toEqual(["'method.alpha' of the file is left out: mixer 'none' does not have it"]);
  });

  it.each([
    [{ train: { epoch: 3 } }, "config.json: unknown key 'train.epoch'; did you mean 'train.epochs'?"],
    [{ trian: {} }, "config.json: unknown key 'trian'; did you mean 'train'?"],
    [{ epochs: 3 }, "config.json: unknown key 'epochs'; did you mean 'train.epochs'?"],
    [{ train: { alpha: 1 } }, "config.json: unknown key 'train.alpha'; did you mean 'method.alpha'?"],
    [{ data: { zzzzz: 1 } }, "config.json: unknown key 'data.zzzzz'"],
    [
      { method: { mixer: 'mixup', ratioMinMax: [0.2, 0.8] } },
      "config.json: 'method.ratioMinMax' does not belong to mixer 'mixup', but to 'cutmix', 'mixup+cutmix', 'cmo'",
    ],
    [
      { method: { mixer: 'cutmx' } },
      "config.json: 'method.mixer' must be one of 'none', 'mixup', 'cutmix', 'mixup+cutmix', 'fmix', 'gridmix', 'resizemix', 'smoothmix', 'hmix', 'gmix', 'ricap', 'mosaic', 'stackmix', 'cutout', 'random-erasing', 'gridmask', 'hide-and-seek', 'augmix', 'soft-crop', 'manifold-mixup', 'mixupe', 'class-distance-mixup', 'augmix-consistency', 'automix', 'samix', 'adautomix', 'cmo', 'bilateral', 'bbn-mixup', 'choose', 'curriculum'; got \"cutmx\"; did you mean 'cutmix'?",
    ],
    [
      { method: { mixer: 'choose', mixers: ['mixup', 'cmo'] } },
      "config.json: 'method.mixers' must be a list of 'mixup', 'cutmix', 'mixup+cutmix', 'fmix', 'gridmix', 'resizemix', 'smoothmix', 'hmix', 'gmix', 'ricap', 'mosaic', 'cutout', 'random-erasing', 'gridmask', 'hide-and-seek', 'augmix', 'soft-crop'; got [\"mixup\",\"cmo\"]",
    ],
    [
      { labels: { rule: 'remx' } },
      "config.json: 'labels.rule' must be one of 'mixed', 'remix', 'lumix', 'multi-label', 'm-correction', 'sumix'; got \"remx\"; did you mean 'remix'?",
    ],
    [
      { labels: { rule: 'mixed', kappa: 3 } },
      "config.json: 'labels.kappa' does not belong to label-rule 'mixed', but to 'remix'",
    ],
    [
      { loss: { eta: 1 } },
      "config.json: 'loss.eta' does not belong to loss 'cross-entropy', but to 'decoupled'",
    ],
    [{ labels: { rule: 'remix', tau: 2 } }, "config.json: 'labels.tau' must be a number from 0 to 1; got 2"],
    [
      { data: { tailFactor: 0 } },
      "config.json: 'data.tailFactor' must be a number above 0 and of at most 1; got 0",
    ],
    [
      { data: { sampler: 'random' } },
      "config.json: 'data.sampler' must be one of 'shuffle', 'balanced', 'square-root', 'reversed'; got \"random\"",
    ],
    [{ train: { epochs: 0 } }, "config.json: 'train.epochs' must be an integer of at least 1; got 0"],
    [{ train: { epochs: 1.5 } }, "config.json: 'train.epochs' must be an integer of at least 1; got 1.5"],
    [{ seed: '1' }, 'config.json: \'seed\' must be an integer of at least 0; got "1"'],
    [{ method: { prob: 2 } }, "config.json: 'method.prob' must be a number from 0 to 1; got 2"],
    [
      { method: { mixer: 'cutmix', ratioMinMax: [0.2] } },
      "config.json: 'method.ratioMinMax' must be a list of 2, each a number from 0 to 1; got [0.2]",
    ],
    [
      { train: { momentum: 1 } },
      "config.json: 'train.momentum' must be a number of at least 0 and below 1; got 1",
    ],
    [{ train: 3 }, "config.json: 'train' must be an object; got 3"],
    [[], 'config.json: the configuration must be an object; got []'],
    [{ data: { path: '' } }, 'config.json: \'data.path\' must be a text, not empty; got ""'],
    [{ train: { nesterov: 1 } }, "config.json: 'train.nesterov' must be true or false; got 1"],
    [
      { model: { name: 'cifar-resnet', depth: 9 } },
      "config.json: 'model.depth' must be 6n + 2: 8, 14, 20, 26, 32, ...; got 9",
    ],
    [
      { method: { mixer: 'cutmix', ratioMinMax: [0.5, 0.5] } },
      "config.json: 'method.ratioMinMax' must rise: the lower share first, then the higher one; got [0.5,0.5]",
    ],
    [
      { train: { std: [0.2, 0, 0.2] } },
      "config.json: 'train.std' must be above 0 in every channel; got [0.2,0,0.2]",
    ],
    [
      { train: { mean: [0.5] } },
      '--std must have as many numbers as the mean (--mean 0.5), one for each channel; got the default [0.247,0.2435,0.2616]',
    ],
  ])('refuses %j', (content, message) => {
    expect(() => fromFile(content)).toThrow(new UsageError(message));
  });

  it.each([
    [
      { 'train.epochs': 3, 'train.warmupEpochs': 3 },
      '--warmup-epochs must be below the number of epochs (--epochs 3); got 3',
    ],
    [
      { 'train.momentum': 0 },
      '--momentum must be above 0 for Nesterov; turn that off with --no-nesterov; got 0',
    ],
    [
      { 'data.imageSize': 8 },
      '--image-size must be at least 16 for the drawn set; other data comes with --data; got 8',
    ],
    [
      { 'method.mixer': 'cutmix', 'method.mode': 'pair', 'method.pairing': 'roll' },
      '--pairing must be reverse with --mode pair: the rows of a pair are mixed with each other; got "roll"',
    ],
    [
      { 'method.mixer': 'cmo', 'method.mode': 'pair' },
      '--mode must be batch or elem with --mixer cmo, whose pairs are of two streams; got "pair"',
    ],
    [
      { 'method.mixer': 'manifold-mixup', 'method.prob': 0.5 },
      '--prob must be left out with --mixer manifold-mixup: what it mixes is part of every step; got 0.5',
    ],
    [
      { 'method.mixer': 'stackmix', 'method.offEpoch': 5 },
      '--off-epoch must be left out with --mixer stackmix: images are of one size; got 5',
    ],
    [
      { 'method.mixer': 'stackmix', 'model.name': 'deit-tiny' },
      '--mixer must be another with --model deit-tiny, which has images of one size; got "stackmix"',
    ],
    [
      { 'method.mixer': 'stackmix', 'model.name': 'lenet' },
      '--mixer must be another with --model lenet, which has images of one size; got "stackmix"',
    ],
    [
      { 'method.mixer': 'ricap', 'labels.rule': 'remix' },
      '--label-rule must go with a mixer of two images and their plain labels; --mixer ricap gives others; got "remix"',
    ],
    [
      { 'method.mixer': 'choose', 'method.mixers': ['mixup', 'mosaic'], 'labels.rule': 'lumix' },
      '--label-rule must go with a mixer of two images and their plain labels; --mixer choose gives others; got "lumix"',
    ],
    [
      { 'method.mixer': 'mixupe', 'labels.rule': 'm-correction' },
      '--label-rule must be mixed with --mixer mixupe, which mixes labels by itself; got "m-correction"',
    ],
    [
      { 'method.mixer': 'cmo', 'labels.rule': 'm-correction' },
      '--label-rule must be another with --mixer cmo, which drops rows; got "m-correction"',
    ],
    [
      { 'loss.name': 'bce', 'labels.rule': 'm-correction' },
      '--loss must be cross-entropy, unbalanced, with --label-rule m-correction; got "bce"',
    ],
    [
      { 'loss.name': 'decoupled', 'method.mixer': 'cutout', 'method.soften': 2 },
      '--loss must go with plain labels of two images at most: no smoothing, no softening, no multi-label; got "decoupled"',
    ],
    [{ 'method.onEpoch': 20 }, '--on-epoch must be below the number of epochs (--epochs 20); got 20'],
    [
      { 'method.onEpoch': 5, 'method.offEpoch': 5 },
      '--off-epoch must be above the epoch that mixing starts after (--on-epoch 5), or 0; got 5',
    ],
    [
      { 'method.rampEpochs': 5 },
      '--ramp-epochs must come with an end to move to: --prob-end or --alpha-end; got 5',
    ],
    [
      { 'labels.phaseUntil': 0.2 },
      '--phase-until must come with the stage it is about (--paddles-stage); got 0.2',
    ],
    [
      { 'labels.paddlesStage': 2, 'labels.phaseUntil': 0.05 },
      '--phase-until must be no less than that of amplitudes (--amplitude-until 0.095); got 0.05',
    ],
    [
      { 'loss.balanceFrom': 0.8 },
      '--balance-from must come with something to begin with (--balance); got 0.8',
    ],
    [
      { 'data.noiseMap': [1, 0] },
      '--noise-map must come with asymmetric noise (--label-noise asymmetric); got [1,0]',
    ],
    [
      { 'data.testCropShare': 0.875 },
      '--test-crop-share must come with an image size (--image-size 224); got 0.875',
    ],
    [{ 'train.clipJointly': true }, '--clip-jointly must come with the norm (--clip-norm 5); got true'],
    [
      { 'method.mixer': 'automix', 'method.valueDropout': 0.1 },
      '--value-dropout must come with --block-value neck; got 0.1',
    ],
    [
      { 'method.mixer': 'automix', 'method.lamGain': 2 },
      '--lam-gain must be 1 without --lam-multiply residual; got 2',
    ],
    [
      { 'method.mixer': 'adautomix', 'train.batchSize': 1 },
      '--batch-size must be at least 2 with --mixer adautomix, which mixes images of a batch with each other; got 1',
    ],
    [{ 'train.warmupFrom': 0.1 }, '--warmup-from must come with --warmup within; got 0.1'],
    [
      { 'method.mixer': 'automix', 'method.generatorWarmupEpochs': 20 },
      '--generator-warmup-epochs must be below the number of epochs (--epochs 20); got 20',
    ],
    [{ 'train.cropScale': [0.9, 0.5] }, '--crop-scale must have the lower share first; got [0.9,0.5]'],
    [
      { 'method.mixer': 'automix', 'method.prob': 0.5 },
      '--prob must be left out with --mixer automix: its masks are learned in every step; got 0.5',
    ],
    [
      { 'method.mixer': 'automix', 'labels.rule': 'sumix' },
      '--label-rule must go with a mixer of two images and their plain labels; --mixer automix gives others; got "sumix"',
    ],
    [
      { 'method.mixer': 'samix', 'loss.name': 'bce' },
      '--loss must be cross-entropy with --mixer samix; got "bce"',
    ],
    [
      { 'method.mixer': 'samix', 'method.lamConcat': 'all' },
      '--lam-concat must be none or value unless --lam-multiply is none and --query-key shared; got "all"',
    ],
    [
      { 'method.mixer': 'automix', 'method.teacherMomentum': 0.9 },
      '--teacher-momentum must come with a schedule that has it, not with --teacher-schedule auto; got 0.9',
    ],
    [
      { 'method.mixer': 'automix', 'train.optimizer': 'adamw', 'method.generatorMomentum': 0 },
      '--generator-momentum must come with sgd (--generator-optimizer sgd); got 0',
    ],
    [
      { 'method.mixer': 'adautomix', 'method.generatorFinalRate': 0.1 },
      '--generator-final-rate must be at most the highest (--generator-learning-rate 0.01); got 0.1',
    ],
    [
      { 'method.mixer': 'adautomix', 'method.mixSamples': 2, 'method.randomSamples': true },
      '--random-samples must be left out with --mix-samples 2, the fewest there are; got true',
    ],
    [
      {
        'method.mixer': 'cutmix',
        'labels.rule': 'sumix',
        'labels.sumixVariant': 'reference',
        'labels.sharpness': 2,
      },
      '--sharpness must be left out with the published ratio (--ratio-from reference); got 2',
    ],
    [
      { 'train.finalRate': 0.05, 'train.schedule': 'constant' },
      '--final-rate must be 0 with --schedule constant, which ends where it began; got 0.05',
    ],
    [
      { 'model.weightsHead': 'skip' },
      '--weights-head must come with a file to begin from (--weights); got "skip"',
    ],
    [
      { 'model.weightsPrefix': 'module.' },
      '--weights-prefix must come with a file to begin from (--weights); got "module."',
    ],
    [
      { 'model.name': 'deit-tiny', 'model.weightsPositions': 'bicubic' },
      '--weights-positions must come with a file to begin from (--weights); got "bicubic"',
    ],
    [
      { 'model.name': 'vgg16', 'model.dropout': 0.1 },
      '--dropout must be left out with --model-head cifar, which is one linear layer; got 0.1',
    ],
  ])('refuses the flags %j together', (flags, message) => {
    expect(() => resolveConfig({ flags: new Map(Object.entries(flags)) })).toThrow(new UsageError(message));
  });

  it.each([
    { 'train.epochs': 3, 'train.warmupEpochs': 2.5 },
    { 'train.momentum': 0, 'train.nesterov': false },
    { 'data.imageSize': 8, 'data.path': 'some/path' },
    { 'train.optimizer': 'adamw', 'train.mean': [0.5], 'train.std': [0.5] },
    { 'method.mixer': 'cutmix', 'method.mode': 'pair', 'method.pairing': 'reverse' },
    { 'method.mixer': 'cutout', 'labels.rule': 'remix', 'loss.name': 'decoupled' },
    { 'method.mixer': 'bilateral', 'method.rampEpochs': 2, 'method.alphaEnd': 2 },
    { 'method.mixer': 'ricap', 'labels.rule': 'm-correction', 'method.onEpoch': 1, 'method.offEpoch': 2 },
    { 'method.mixer': 'automix', 'method.generatorOptimizer': 'sgd', 'train.optimizer': 'adamw' },
    { 'method.mixer': 'adautomix', 'method.teacherSchedule': 'cosine', 'method.teacherFrom': 0.25 },
    { 'method.mixer': 'cutmix', 'method.alpha': 0.2, 'labels.rule': 'sumix', 'labels.gamma': 1 },
  ])('takes the flags %j together', (flags) => {
    expect(() => resolveConfig({ flags: new Map(Object.entries(flags)) })).not.toThrow();
  });

  it('names the flag where a value came from one', () => {
    const flags = new Map<string, unknown>([['train.epochs', 0]]);
    expect(() => resolveConfig({ flags })).toThrow('--epochs must be an integer of at least 1; got 0');
    expect(() => resolveConfig({ flags: new Map<string, unknown>([['method.alpha', 1]]) })).toThrow(
      "--alpha does not belong to mixer 'none', but to 'mixup', 'cutmix', 'fmix', 'gridmix', 'hmix', 'gmix'",
    );
  });
});
