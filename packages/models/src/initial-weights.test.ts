import { createRng, type Rng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import { densenet } from './internal/densenet.js';
import type { Model } from './model.js';
import { nexceptionTiny } from './nexception-tiny.js';
import { preactResnet18 } from './preact-resnet18.js';
import { resnet18 } from './resnet18.js';
import { resnet50 } from './resnet50.js';
import { vgg11 } from './vgg11.js';
import { wrn16x8 } from './wrn16x8.js';
import { xception } from './xception.js';

const stem = 'cifar';
const normal = (fan: number) => ({ kind: 'normal', deviation: Math.sqrt(2 / fan) }) as const;
const uniform = (inputs: number) => ({ kind: 'uniform', deviation: 1 / Math.sqrt(3 * inputs) }) as const;
const constant = (value: number) => ({ kind: 'constant', value }) as const;
type First = ReturnType<typeof normal | typeof uniform | typeof constant>;
type Make = (options: { readonly numClasses: number; readonly rng: Rng }) => Model;

/** What torchvision, timm and the ports of the wide and the pre-activation ResNets draw or set. */
const expected: Readonly<Record<string, readonly [Make, Readonly<Record<string, First>>]>> = {
  resnet: [
    (options) => resnet18({ ...options, stem, width: 8 }),
    {
      'conv1.weight': normal(9 * 8),
      'layer2.0.conv1.weight': normal(9 * 16),
      'layer2.0.downsample.0.weight': normal(16),
      'layer2.0.bn2.weight': constant(1),
      'layer2.0.bn2.bias': constant(0),
      'layer2.0.bn2.running_mean': constant(0),
      'layer2.0.bn2.running_var': constant(1),
      'fc.weight': uniform(64),
      'fc.bias': uniform(64),
    },
  ],
  'resnet with branches of zero': [
    (options) => resnet50({ ...options, stem, width: 4, zeroInitResidual: true }),
    {
      'layer1.0.bn2.weight': constant(1),
      'layer1.0.bn3.weight': constant(0),
      'layer1.0.downsample.1.weight': constant(1),
    },
  ],
  'wide resnet': [
    (options) => wrn16x8({ ...options, width: 1 }),
    {
      'block2.layer.0.conv1.weight': normal(9 * 16),
      'block2.layer.0.convShortcut.weight': normal(16),
      'fc.weight': uniform(32),
      'fc.bias': constant(0),
    },
  ],
  'pre-activation resnet': [
    (options) => preactResnet18({ ...options, width: 4 }),
    { 'linear.weight': uniform(32), 'linear.bias': uniform(32) },
  ],
  densenet: [
    (options) => densenet('densenet', { ...options, stem, growthRate: 8 }, [2, 2]),
    {
      'features.denseblock1.denselayer1.conv1.weight': normal(16),
      'features.denseblock1.denselayer1.conv2.weight': normal(9 * 32),
      'features.transition1.conv.weight': normal(32),
      'classifier.weight': uniform(32),
      'classifier.bias': constant(0),
    },
  ],
  vgg: [
    (options) => vgg11({ ...options, width: 4, hidden: 32 }),
    {
      'features.3.weight': normal(9 * 8),
      'features.3.bias': constant(0),
      'classifier.3.weight': { kind: 'normal', deviation: 0.01 },
      'classifier.3.bias': constant(0),
      'classifier.6.bias': constant(0),
    },
  ],
  xception: [
    (options) => xception({ ...options, stem, width: 4 }),
    {
      'conv2.weight': normal(9 * 8),
      'block12.rep.4.conv1.weight': normal(9 * 91),
      'block12.rep.4.pointwise.weight': normal(128),
      'fc.weight': uniform(256),
      'fc.bias': uniform(256),
    },
  ],
  nexception: [
    (options) => nexceptionTiny({ ...options, width: 12 }),
    {
      'downsampling_block1.rep.3.conv_dw.weight': uniform(25),
      'downsampling_block1.rep.3.conv_pw.weight': uniform(16),
      'downsampling_block3.block_end.fc2.weight': uniform(8),
      'downsampling_block3.block_end.fc2.bias': uniform(8),
    },
  ],
};

describe.each(Object.entries(expected))('first weights: %s', (_, [make, firsts]) => {
  useBackend('cpu');

  it('are those of the usual implementation', () => {
    const model = make({ numClasses: 100, rng: createRng(0) });
    for (const [name, first] of Object.entries(firsts)) {
      const values = Array.from(model.weights.get(name)?.read().dataSync() ?? []);
      expect(values.length, name).toBeGreaterThan(0);
      if (first.kind === 'constant') {
        expect(new Set(values), name).toEqual(new Set([first.value]));
        continue;
      }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
      const off = 4 / Math.sqrt(values.length);
      expect(Math.abs(mean) / first.deviation, name).toBeLessThan(off);
      expect(Math.abs(square / first.deviation ** 2 - 1), name).toBeLessThan(1.5 * off);
      const largest = Math.max(...values.map(Math.abs)) / first.deviation;
      // The one ends at √3 standard deviations, the other goes on.
      expect(largest > 1.75, name).toBe(first.kind === 'normal');
    }
  });
});
