import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import { cifarResnet } from './cifar-resnet.js';
import { layerRates } from './layer-rates.js';

describe('layerRates', () => {
  useBackend('cpu');
  const model = (frozenStages?: number) =>
    cifarResnet({
      depth: 8,
      width: 2,
      numClasses: 3,
      rng: createRng(0),
      ...(frozenStages !== undefined && { frozenStages }),
    });

  it('fall from the last layer to the stem', () => {
    const network = model();
    const rates = layerRates(network, { decay: 0.5, head: 4 });
    expect(Object.keys(rates)).toEqual(Object.keys(network.variables));
    expect(rates).toMatchObject({
      'conv1.weight': 0.0625,
      'bn1.bias': 0.0625,
      'layer1.0.conv1.weight': 0.125,
      'layer2.0.conv1.weight': 0.25,
      'layer3.0.bn2.weight': 0.5,
      'fc.weight': 4,
      'fc.bias': 4,
    });
  });

  it('leave frozen stages out', () => {
    const rates = layerRates(model(2), { decay: 0.1 });
    expect(new Set(Object.keys(rates).map((name) => name.split('.')[0]))).toEqual(new Set(['layer3', 'fc']));
    expect(rates['layer3.0.conv1.weight']).toBe(0.1);
  });

  it.each([
    [{ decay: 0 }, 'layerRates: decay must be in (0,1]; got 0'],
    [{ decay: 1.5 }, 'layerRates: decay must be in (0,1]; got 1.5'],
    [{ decay: 1, head: 0 }, 'layerRates: head must be a finite number above 0; got 0'],
  ])('refuse %o', (options, message) => {
    expect(() => layerRates(model(), options)).toThrow(message);
  });
});
