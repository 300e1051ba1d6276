import { describe, expect, it } from 'vitest';
import {
  convnextTinyFlops,
  deitTinyFlops,
  resnet18Flops,
  resnet20Flops,
  resnet50Flops,
  resnext50Flops,
  wrn16x8Flops,
} from './flops.js';

/** Multiply-adds that are given for the models, in millions; they round, and some count normalisation. */
const published = [
  ['ResNet-20', resnet20Flops({ size: 32, classes: 10 }), 41],
  ['ResNet-18 with the stem for small images', resnet18Flops({ size: 32, width: 64, classes: 10 }), 556],
  ['ResNet-50 at 224', resnet50Flops({ size: 224, classes: 1000 }), 4089],
  // At 56, as large as the images are after the stem for large ones, which is 118 of torchvision's 4230.
  ['ResNeXt-50 (32x4d) at 56', resnext50Flops({ size: 56, classes: 1000 }), 4230 - 118],
  ['WRN-16-8', wrn16x8Flops({ size: 32, classes: 10 }), 1550],
  ['ConvNeXt-Tiny at 224', convnextTinyFlops({ size: 224, classes: 1000 }), 4456],
  ['DeiT-Tiny at 224', deitTinyFlops({ size: 224, patch: 16, classes: 1000 }), 1260],
];

describe('operations of a forward pass', () => {
  it.each(published)('of %s are twice its multiply-adds', (_, flops, millions) => {
    expect(Math.abs(flops / 2e6 / millions - 1)).toBeLessThan(0.015);
  });

  it('grow with the square of height and of width, where all layers do', () => {
    const [small, large] = [16, 32].map((size) => resnet18Flops({ size, width: 64, classes: 1 }));
    expect(large / small).toBeCloseTo(4, 2);
    const [narrow, wide] = [64, 128].map((width) => resnet18Flops({ size: 32, width, classes: 1 }));
    expect(wide / narrow).toBeGreaterThan(3.9);
  });
});
