import { z } from 'zod';

export const width = (channels: number) =>
  z.int().min(1).default(channels).describe('channels of the first stage');
export const shortcut = z
  .enum(['identity', 'projection'])
  .default('identity')
  .describe('where a block changes the shape: zero padding, or a 1x1 convolution');
export const stem = z
  .enum(['cifar', 'imagenet'])
  .default('cifar')
  .describe('first layers for 32x32 images, or for 224x224');
export const zeroInitResidual = z
  .boolean()
  .default(false)
  .describe('start the last scale of every block at 0');
export const patchSize = (side: number) =>
  z
    .int()
    .min(1)
    .default(side)
    .describe('side of the patches: as by default for 224x224 images, a quarter of it for 32x32');
export const dropPath = z
  .number()
  .min(0)
  .lt(1)
  .default(0)
  .describe(
    'probability that an image skips the last block, of the others less; of every block in NEXcepTion',
  );
export const frozenNorm = z
  .enum(['all', 'statistics'])
  .exactOptional()
  .describe(
    'batch normalisation by the running statistics in training too: all of it stays, or scale and offset learn',
  );
export const dropout = (rate: number) =>
  z
    .number()
    .min(0)
    .lt(1)
    .default(rate)
    .describe('probability that a value within a block or a hidden layer is dropped');
export const depth = z
  .int()
  .min(8)
  .refine((layers) => layers % 6 === 2, 'be 6n + 2: 8, 14, 20, 26, 32, ...')
  .default(20)
  .describe('weighted layers, 6n + 2');
export const cardinality = z.int().min(1).default(32).describe('groups of each 3x3 convolution');
export const baseWidth = z.int().min(1).default(4).describe('channels of a group in the first stage');
export const finalNorm = z
  .boolean()
  .default(false)
  .describe('normalise after the last block too, as the paper does and the usual port does not');
export const growthRate = z.int().min(1).default(32).describe('channels that every layer adds');
export const bnSize = z
  .int()
  .min(1)
  .default(4)
  .describe("channels of a layer's 1x1 convolution, in growth rates");
export const windowSize = z.int().min(1).default(7).describe('side of the windows of attention');
export const normalised = z.boolean().default(false).describe('normalise after each convolution');
export const head = z
  .enum(['cifar', 'imagenet'])
  .default('cifar')
  .describe('one linear layer, or three over 7x7 averages');
export const hidden = z.int().min(1).default(4096).describe('units of each hidden layer of the head');
export const activation = z.enum(['relu', 'tanh']).default('relu').describe('what follows every layer');
export const pooling = z.enum(['max', 'average']).default('max').describe('how 2x2 pixels become one');
