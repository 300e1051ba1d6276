import {
  convnextTinyFlops,
  deitTinyFlops,
  resnet18Flops,
  resnet20Flops,
  resnet50Flops,
  resnext50Flops,
  wrn16x8Flops,
} from './flops.js';

// The rate is no part of the time. With 0.1 and no warm-up, the loss of one repeated batch rises before it falls.
const sgd = { kind: 'sgd', momentum: 0.9, weightDecay: 5e-4 };
const adamw = { kind: 'adamw', weightDecay: 0.05 };

/** The training steps that are measured; `flops` counts one image's forward pass. */
export const workloads = {
  resnet18: {
    label: 'ResNet-18, 32x32',
    batch: 100,
    optimizer: sgd,
    learningRate: 0.01,
    options: { size: 32, width: 64, classes: 10 },
    flops: resnet18Flops,
  },
  resnet20: {
    label: 'ResNet-20, 32x32',
    batch: 128,
    optimizer: sgd,
    learningRate: 0.01,
    options: { size: 32, classes: 10 },
    flops: resnet20Flops,
  },
  resnet50: {
    label: 'ResNet-50, 64x64',
    batch: 16,
    optimizer: sgd,
    learningRate: 0.01,
    options: { size: 64, classes: 200 },
    flops: resnet50Flops,
  },
  resnext50: {
    label: 'ResNeXt-50 (32x4d), 32x32',
    batch: 32,
    optimizer: sgd,
    learningRate: 0.01,
    options: { size: 32, classes: 10 },
    flops: resnext50Flops,
  },
  'wrn-16-8': {
    label: 'WRN-16-8, 32x32',
    batch: 32,
    optimizer: sgd,
    learningRate: 0.01,
    options: { size: 32, classes: 10 },
    flops: wrn16x8Flops,
  },
  'deit-tiny': {
    label: 'DeiT-Tiny, 32x32, 64 patches',
    batch: 64,
    optimizer: adamw,
    learningRate: 5e-4,
    options: { size: 32, patch: 4, classes: 10 },
    flops: deitTinyFlops,
  },
  'convnext-tiny': {
    label: 'ConvNeXt-Tiny, 64x64',
    batch: 16,
    optimizer: adamw,
    learningRate: 5e-4,
    options: { size: 64, classes: 200 },
    flops: convnextTinyFlops,
  },
};

/** Operations of a whole training step. */
export function stepFlops({ flops, options, batch }) {
  return 3 * batch * flops(options);
}

/** What a child is asked, to prepare the step of a workload. */
export function stepRequest(name, { batch, optimizer, learningRate, options }, inputs) {
  const { size, classes } = options;
  return {
    op: 'prepare',
    kind: 'step',
    model: name,
    options,
    batch,
    optimizer,
    learningRate,
    images: inputs.images(batch * size * size * 3),
    labels: inputs.labels(batch, classes),
  };
}
