import * as models from '@mix/models';

const cifar = { stem: 'cifar' };
const imagenet = { stem: 'imagenet' };

/** What is measured, as a reader would write it: for small images in batches of 16, for large ones of 2. */
export const groups = {
  small: {
    size: 32,
    batch: 16,
    numClasses: 10,
    models: {
      resnet20: (options) => models.resnet20(options),
      'resnet18, CIFAR stem': (options) => models.resnet18({ ...options, ...cifar }),
      preactResnet18: (options) => models.preactResnet18(options),
      'resnext50, CIFAR stem': (options) => models.resnext50({ ...options, ...cifar }),
      wrn16x8: (options) => models.wrn16x8(options),
      wrn28x10: (options) => models.wrn28x10(options),
      'densenet121, CIFAR stem': (options) => models.densenet121({ ...options, ...cifar }),
      'vgg16, batchNorm, CIFAR head': (options) =>
        models.vgg16({ ...options, batchNorm: true, head: 'cifar' }),
      'xception, CIFAR stem': (options) => models.xception({ ...options, ...cifar }),
      'nexceptionTiny, patches of 1': (options) => models.nexceptionTiny({ ...options, patchSize: 1 }),
      'convnextTiny, patches of 2': (options) => models.convnextTiny({ ...options, patchSize: 2 }),
      'deitTiny, patches of 4': (options) => models.deitTiny({ ...options, imageSize: 32, patchSize: 4 }),
      'swinTiny, patches of 2, windows of 4': (options) =>
        models.swinTiny({ ...options, patchSize: 2, windowSize: 4 }),
      'twinsSvtSmall, patches of 2, windows of 4': (options) =>
        models.twinsSvtSmall({ ...options, patchSize: 2, windowSize: 4 }),
    },
  },
  large: {
    size: 224,
    batch: 2,
    numClasses: 1000,
    models: {
      resnet18: (options) => models.resnet18({ ...options, ...imagenet }),
      resnet50: (options) => models.resnet50({ ...options, ...imagenet }),
      resnet101: (options) => models.resnet101({ ...options, ...imagenet }),
      resnext50: (options) => models.resnext50({ ...options, ...imagenet }),
      wideResnet50: (options) => models.wideResnet50({ ...options, ...imagenet }),
      densenet121: (options) => models.densenet121({ ...options, ...imagenet }),
      vgg16: (options) => models.vgg16(options),
      xception: (options) => models.xception({ ...options, ...imagenet }),
      nexceptionTiny: (options) => models.nexceptionTiny(options),
      convnextTiny: (options) => models.convnextTiny(options),
      deitTiny: (options) => models.deitTiny(options),
      deitSmall: (options) => models.deitSmall(options),
      swinTiny: (options) => models.swinTiny(options),
      twinsSvtSmall: (options) => models.twinsSvtSmall(options),
    },
  },
};
