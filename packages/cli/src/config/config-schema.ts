import { backendNames } from '@mix/core';
import { z } from 'zod';
import { labelRules } from '../factories/label-rules.js';
import { balanceNames, losses } from '../factories/losses.js';
import { mixers } from '../factories/mixers.js';
import { models } from '../factories/models.js';
import { optimizers } from '../factories/optimizers.js';
import { samplerNames } from '../factories/samplers.js';
import { augmentKeys } from './augment-keys.js';
import { checkCombinations } from './check-combinations.js';
import { choiceSection } from './choice-section.js';
import { stepKeys } from './step-keys.js';

const data = z.strictObject({
  kind: z
    .enum(['auto', 'drawn', 'tar', 'folder', 'cifar10', 'cifar100'])
    .default('auto')
    .describe('auto: what is found at the path, the embedded drawn set without one'),
  path: z.string().min(1).exactOptional().describe('folder of tar shards, class folders or CIFAR binaries'),
  trainLimit: z
    .int()
    .min(1)
    .exactOptional()
    .describe('take the first n training images (drawn set: draw n, 5000)'),
  testLimit: z
    .int()
    .min(1)
    .exactOptional()
    .describe('take the first n test images (drawn set: draw n, 1000)'),
  imageSize: z
    .int()
    .min(8)
    .exactOptional()
    .describe('resize images to this height and width; needed for folders of images of several sizes'),
  testCropShare: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe(
      'test images show the middle of larger ones, this share of their short side; 0.875: 224 of 256',
    ),
  onCorrupt: z
    .enum(['error', 'skip', 'replace'])
    .default('error')
    .describe('what to do about an image that cannot be decoded'),
  maxCorrupt: z
    .int()
    .min(0)
    .exactOptional()
    .describe('number of such images that skip and replace tolerate (default: 1 % of all)'),
  workers: z
    .int()
    .min(0)
    .exactOptional()
    .describe('decoding threads; 0: none (default: one less than there are cores)'),
  cache: z
    .boolean()
    .exactOptional()
    .describe(
      'keep decoded images in memory (default: if they take less than 512 MiB); never those with cropScale or randAugment',
    ),
  tail: z
    .enum(['none', 'exponential', 'step'])
    .default('none')
    .describe(
      'make training images long-tailed: each class smaller than the last, or the second half of them small',
    ),
  tailFactor: z
    .number()
    .positive()
    .max(1)
    .default(0.01)
    .describe("size of the smallest class as a share of the largest one's, with a tail"),
  labelNoise: z
    .enum(['none', 'symmetric', 'exclusive', 'asymmetric'])
    .default('none')
    .describe('redraw training labels: as any class, as any other one, or by noiseMap'),
  noiseRate: z
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe('share of the labels that is redrawn, with noise'),
  noiseMap: z
    .array(z.int().min(0))
    .min(2)
    .readonly()
    .exactOptional()
    .describe('asymmetric noise: the class that each class is taken for (the next one)'),
  sampler: z
    .enum(['shuffle', ...samplerNames])
    .default('shuffle')
    .describe(
      'how training images are drawn: each once, classes alike, by the root of their size, or rare ones most',
    ),
});

const model = choiceSection('name', 'the classifier', models, 'resnet20', {
  weights: z
    .string()
    .min(1)
    .exactOptional()
    .describe('begin from this safetensors file: of torchvision, of timm, or a checkpoint of another run'),
  weightsHead: z
    .enum(['load', 'skip'])
    .default('load')
    .describe("take the file's last layer, or begin with a new one, for other classes"),
  weightsPrefix: z
    .string()
    .min(1)
    .exactOptional()
    .describe("what the file's names begin with, such as module. (model. for a checkpoint)"),
  weightsPositions: z
    .enum(['exact', 'bicubic', 'bilinear'])
    .default('exact')
    .describe('interpolate position embeddings of another image size'),
  frozenStages: z
    .int()
    .min(0)
    .exactOptional()
    .describe('do not train the stem and so many stages; 0: the stem alone'),
});

const share = z.number().min(0).max(1);

const method = choiceSection('mixer', 'how images are mixed', mixers, 'none', {
  prob: share.default(1).describe('probability of mixing'),
  probEnd: share.exactOptional().describe('prob moves to this by the end of the training (see rampEpochs)'),
  probBy: z
    .enum(['batch', 'image'])
    .default('batch')
    .describe('whether batches are mixed with prob, or rows'),
  rampEpochs: z
    .number()
    .min(0)
    .default(0)
    .describe('epochs after which prob and alpha have come to probEnd and alphaEnd; 0: all'),
  onEpoch: z.int().min(0).default(0).describe('start mixing after this many epochs'),
  offEpoch: z.int().min(0).default(0).describe('stop mixing after this many epochs; 0: never'),
  labelSmoothing: share.default(0).describe('label smoothing, once, on the mixed targets'),
});

const labels = choiceSection('rule', 'what a mixed row is called', labelRules, 'mixed', {
  paddlesStage: z
    .int()
    .min(0)
    .exactOptional()
    .describe(
      'stop learning early below this stage, amplitudes before phases (PADDLES, Huang et al. 2023); 0: the image',
    ),
  amplitudeUntil: share
    .exactOptional()
    .describe('PADDLES: share of the training in which amplitudes are learned (0.095)'),
  phaseUntil: share
    .exactOptional()
    .describe('PADDLES: share of the training in which phases are learned (0.15)'),
});

const loss = choiceSection('name', 'the loss', losses, 'cross-entropy', {
  balanceFrom: share
    .exactOptional()
    .describe('share of the training after which the balance acts; 0.8 in deferred re-weighting'),
  balance: z
    .enum(balanceNames)
    .default('none')
    .describe('make up for classes of unequal size: by weights, priors or temperatures of the classes'),
});

const channels = z.array(z.number()).min(1).readonly();

const train = choiceSection('optimizer', 'the optimiser', optimizers, 'sgd', {
  epochs: z.int().min(1).default(20).describe('passes over the training images'),
  batchSize: z.int().min(1).default(128).describe('images in a batch'),
  schedule: z
    .enum(['cosine', 'constant'])
    .default('cosine')
    .describe('learning rate after the warm-up: half a cosine to 0 by step, or constant'),
  finalRate: z.number().min(0).default(0).describe('learning rate at the end of the cosine'),
  scheduleBy: z
    .enum(['step', 'epoch'])
    .default('step')
    .describe('change learning rates after every step, or after every epoch as much published code does'),
  warmupEpochs: z.number().min(0).default(0).describe('epochs of linear warm-up, part of all epochs'),
  warmup: z
    .enum(['before', 'within'])
    .default('before')
    .describe('warm up before the cosine begins, or over its first part as openmixup does'),
  warmupFrom: share
    .exactOptional()
    .describe('share of the learning rate that the first step of a warm-up within the cosine has (0)'),
  layerDecay: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('multiply the learning rate by this from each stage to the one before it'),
  headRate: z.number().positive().default(1).describe("multiply the last layer's learning rate by this"),
  ...stepKeys,
  ...augmentKeys,
  mean: channels.default([0.4914, 0.4822, 0.4465]).describe('mean of each channel, white is 1'),
  std: channels
    .refine((values) => values.every((value) => value > 0), 'be above 0 in every channel')
    .default([0.247, 0.2435, 0.2616])
    .describe('standard deviation of each channel, white is 1'),
  evaluateEvery: z.int().min(1).default(1).describe('epochs between evaluations'),
  checkpointEvery: z
    .int()
    .min(0)
    .default(0)
    .describe('steps between checkpoints within an epoch; 0: at the end of epochs only'),
});

const keys = z.strictObject({
  $schema: z.string().exactOptional().describe('where editors find the schema of this file'),
  $published: z
    .string()
    .exactOptional()
    .describe('accuracy that others report for these settings; for readers'),
  seed: z.int().min(0).default(0).describe('every draw of the run depends on it'),
  out: z.string().min(1).exactOptional().describe('run folder (a new one under runs/)'),
  backend: z
    .enum(['auto', ...backendNames])
    .default('auto')
    .describe("tfjs backend; auto takes the first that works, see 'mix doctor'"),
  data: data.prefault({}),
  model,
  method,
  labels,
  loss,
  train,
});

/** The configuration of a run; everything has a default. */
export const configSchema = keys.superRefine(checkCombinations);

/** A configuration with every default filled in. */
export type Config = z.output<typeof keys>;

/** The section `data` of a {@link Config}. */
export type DataConfig = Config['data'];
