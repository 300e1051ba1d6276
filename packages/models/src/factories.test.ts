import { createRng } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import { describe, expect, it } from 'vitest';
import * as mix from './index.js';

const { adaptiveAvgPool, cam, countFlops, countParameters, extractFeatures, ...others } = mix;
const { fromGraphModel, fromLayersModel, gradCam, guideOf, layerRates, loadState, saveState, ...factories } =
  others;

describe.each(Object.entries(factories))('%s', (name, factory) => {
  useBackend('cpu');
  const build = (options: object) =>
    factory({ numClasses: 2, rng: createRng(0), stem: 'cifar', depth: 20, ...options });

  it.each([
    [{ numClasses: 0 }, 'numClasses must be an integer of at least 1; got 0'],
    [{ inChannels: 1.5 }, 'inChannels must be an integer of at least 1; got 1.5'],
    [{ frozenStages: 99 }, 'frozenStages must be an integer from 0 (the stem alone) to '],
  ])('refuses %j in its own name', (options, message) => {
    expect(() => build(options)).toThrow(`${name}: ${message}`);
  });
});
