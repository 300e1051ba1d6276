import {
  cifarResnet,
  deitTiny,
  type Model,
  type ModelOptions,
  resnet18,
  resnet20,
  resnet50,
} from '@mix/models';
import { z } from 'zod';

/** What the run knows and the configuration does not say. */
interface ModelContext extends Pick<ModelOptions, 'numClasses' | 'rng' | 'inChannels' | 'frozenStages'> {
  /** Of the images as they come to the model. */
  readonly imageSize: readonly [height: number, width: number];
}

/** A model that `model.name` can name. */
export interface ModelEntry {
  /** One line for `--help` and the README. */
  readonly summary: string;
  /** Its own keys in the section `model`. */
  readonly options: z.ZodRawShape;
  /** Makes it from the section. */
  readonly create: (section: unknown, context: ModelContext) => Model;
}

function entry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: z.output<z.ZodObject<S>> & ModelContext) => Model,
): ModelEntry {
  return {
    summary,
    options,
    create: (section, context) => create({ ...z.object(options).parse(section), ...context }),
  };
}

const width = (channels: number) => z.int().min(1).default(channels).describe('channels of the first stage');
const shortcut = z
  .enum(['identity', 'projection'])
  .default('identity')
  .describe('where a block changes the shape: zero padding, or a 1x1 convolution');
const stem = z
  .enum(['cifar', 'imagenet'])
  .default('cifar')
  .describe('first layers for 32x32 images, or for 224x224');
const zeroInitResidual = z.boolean().default(false).describe('start the last scale of every block at 0');

/** Every model by its name in the configuration; a new one is one entry here. */
export const models: Readonly<Record<string, ModelEntry>> = {
  resnet20: entry(
    'ResNet-20 for 32x32 images, 0.27 M parameters',
    { width: width(16), shortcut, zeroInitResidual },
    resnet20,
  ),
  resnet18: entry('ResNet-18, 11 M parameters', { stem, width: width(64), zeroInitResidual }, resnet18),
  resnet50: entry('ResNet-50, 24 M parameters', { stem, width: width(64), zeroInitResidual }, resnet50),
  'deit-tiny': entry(
    'DeiT-Tiny, a transformer of 6 M parameters',
    {
      patchSize: z
        .int()
        .min(1)
        .default(16)
        .describe('side of the patches, which divides the image: 16 for 224x224 images, 4 for 32x32'),
      dropPath: z
        .number()
        .min(0)
        .lt(1)
        .default(0)
        .describe('probability that an image skips the last block; 0.1 in the paper'),
    },
    deitTiny,
  ),
  'cifar-resnet': entry(
    'ResNet of any depth 6n + 2 for 32x32 images',
    {
      depth: z
        .int()
        .min(8)
        .refine((depth) => depth % 6 === 2, 'be 6n + 2: 8, 14, 20, 26, 32, ...')
        .default(20)
        .describe('weighted layers, 6n + 2'),
      width: width(16),
      shortcut,
      zeroInitResidual,
    },
    cifarResnet,
  ),
};
