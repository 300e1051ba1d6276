import {
  cifarResnet,
  convnextSmall,
  convnextTiny,
  deitBase,
  deitSmall,
  deitTiny,
  densenet121,
  lenet,
  type Model,
  type ModelOptions,
  nexceptionSmall,
  nexceptionTiny,
  preactResnet18,
  resnet18,
  resnet20,
  resnet32,
  resnet34,
  resnet50,
  resnet56,
  resnet101,
  resnext50,
  resnext101,
  swinSmall,
  swinTiny,
  twinsSvtSmall,
  vgg11,
  vgg13,
  vgg16,
  vgg19,
  wideResnet50,
  wrn16x8,
  wrn28x8,
  wrn28x10,
  xception,
} from '@mix/models';
import { z } from 'zod';
import {
  activation,
  baseWidth,
  bnSize,
  cardinality,
  depth,
  dropout,
  dropPath,
  finalNorm,
  frozenNorm,
  growthRate,
  head,
  hidden,
  normalised,
  patchSize,
  pooling,
  shortcut,
  stem,
  width,
  windowSize,
  zeroInitResidual,
} from './model-options.js';

/** What the run knows and the configuration does not say. */
interface ModelContext extends Pick<ModelOptions, 'numClasses' | 'rng' | 'inChannels' | 'frozenStages'> {
  /** Of the images as they come to the model. */
  readonly imageSize: readonly [height: number, width: number];
}

/** A model that `model.name` can name. */
export interface ModelEntry {
  /** One line for `--help` and the README. */
  readonly summary: string;
  /** Whether all images have to be of one size. */
  readonly oneSize: boolean;
  /** Its own keys in the section `model`. */
  readonly options: z.ZodRawShape;
  /** Makes it from the section. */
  readonly create: (section: unknown, context: ModelContext) => Model;
}

/** The one key that is not named as the models' option. */
interface FrozenNorm {
  readonly frozenNorm?: 'all' | 'statistics';
}

function entry<S extends z.ZodRawShape>(
  summary: string,
  options: S,
  create: (options: z.output<z.ZodObject<S>> & ModelContext) => Model,
  { oneSize = false }: { readonly oneSize?: boolean } = {},
): ModelEntry {
  return {
    summary,
    oneSize,
    options,
    create: (section, context) => {
      const { frozenNorm, ...own } = z.object(options).parse(section) as z.output<z.ZodObject<S>> &
        FrozenNorm;
      const batchNorm = frozenNorm && { batchNorm: { frozen: frozenNorm === 'all' || frozenNorm } };
      return create({ ...(own as z.output<z.ZodObject<S>>), ...batchNorm, ...context });
    },
  };
}

const cifarResidual = { width: width(16), shortcut, zeroInitResidual, dropPath, frozenNorm };
const residual = { stem, width: width(64), zeroInitResidual, dropPath, frozenNorm };
const grouped = { ...residual, cardinality, baseWidth };
const wide = { width: width(16), dropPath, dropout: dropout(0), frozenNorm };
const transformer = { patchSize: patchSize(16), dropPath };
const hierarchical = { patchSize: patchSize(4), dropPath };
const separable = { patchSize: patchSize(2), width: width(96), dropPath, frozenNorm };
const plain = { batchNorm: normalised, head, width: width(64), hidden, dropout: dropout(0.5) };
const oneSize = true;

/** Every model by its name in the configuration; a new one is one entry here. */
export const models: Readonly<Record<string, ModelEntry>> = {
  resnet20: entry('ResNet-20 for 32x32 images, 0.27 M parameters', cifarResidual, resnet20),
  resnet32: entry('ResNet-32 for 32x32 images, 0.46 M parameters', cifarResidual, resnet32),
  resnet56: entry('ResNet-56 for 32x32 images, 0.85 M parameters', cifarResidual, resnet56),
  'cifar-resnet': entry(
    'ResNet of any depth 6n + 2 for 32x32 images',
    { depth, ...cifarResidual },
    cifarResnet,
  ),
  resnet18: entry('ResNet-18, 11 M parameters', residual, resnet18),
  resnet34: entry('ResNet-34, 21 M parameters', residual, resnet34),
  resnet50: entry('ResNet-50, 24 M parameters', residual, resnet50),
  resnet101: entry('ResNet-101, 43 M parameters', residual, resnet101),
  'wide-resnet50': entry('ResNet-50 with wide blocks, 67 M parameters', residual, wideResnet50),
  resnext50: entry('ResNeXt-50 (32x4d), 23 M parameters', grouped, resnext50),
  resnext101: entry('ResNeXt-101 (32x4d), 42 M parameters', grouped, resnext101),
  'preact-resnet18': entry(
    'ResNet-18 for small images that normalises first, 11 M parameters',
    { width: width(64), finalNorm, dropPath, dropout: dropout(0), frozenNorm },
    preactResnet18,
  ),
  wrn16x8: entry('WRN-16-8 for small images, 11 M parameters', wide, wrn16x8),
  wrn28x8: entry('WRN-28-8 for small images, 23 M parameters', wide, wrn28x8),
  wrn28x10: entry('WRN-28-10 for small images, 37 M parameters', wide, wrn28x10),
  densenet121: entry(
    'DenseNet-121, 7 M parameters',
    { stem, growthRate, bnSize, dropout: dropout(0), frozenNorm },
    densenet121,
  ),
  xception: entry('Xception, 21 M parameters', { stem, width: width(32), frozenNorm }, xception),
  'nexception-tiny': entry('NEXcepTion-T, 22 M parameters', separable, nexceptionTiny),
  'nexception-small': entry('NEXcepTion-S, 41 M parameters', separable, nexceptionSmall),
  'convnext-tiny': entry('ConvNeXt-Tiny, 28 M parameters', hierarchical, convnextTiny),
  'convnext-small': entry('ConvNeXt-Small, 49 M parameters', hierarchical, convnextSmall),
  'deit-tiny': entry('DeiT-Tiny, a transformer of 6 M parameters', transformer, deitTiny, { oneSize }),
  'deit-small': entry('DeiT-Small, a transformer of 22 M parameters', transformer, deitSmall, { oneSize }),
  'deit-base': entry('DeiT-Base, a transformer of 86 M parameters', transformer, deitBase, { oneSize }),
  'swin-tiny': entry('Swin-Tiny, 28 M parameters', { ...hierarchical, windowSize }, swinTiny),
  'swin-small': entry('Swin-Small, 49 M parameters', { ...hierarchical, windowSize }, swinSmall),
  'twins-svt-small': entry(
    'Twins-SVT-Small, 24 M parameters',
    { ...hierarchical, windowSize },
    twinsSvtSmall,
  ),
  vgg11: entry('VGG-11, 9 M parameters, or 129 M with the head for large images', plain, vgg11),
  vgg13: entry('VGG-13, 9 M parameters, or 129 M with the head for large images', plain, vgg13),
  vgg16: entry('VGG-16, 15 M parameters, or 134 M with the head for large images', plain, vgg16),
  vgg19: entry('VGG-19, 20 M parameters, or 140 M with the head for large images', plain, vgg19),
  lenet: entry('LeNet-5, 0.06 M parameters', { activation, pooling }, lenet, { oneSize }),
};
