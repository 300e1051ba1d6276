import { registerKernels } from '@mix/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { hasTorch, roundTrip } from './round-trip.js';

const python = '/usr/bin/python3';
const skip = !hasTorch(python);
if (skip) console.log('the round trip of weights is skipped: there is no torch and torchvision');

describe.skipIf(skip)('weights', () => {
  it('go from PyTorch to mix and back', async () => {
    registerKernels();
    await tf.setBackend('wasm');
    const results = await roundTrip(['resnet18', 'deit_tiny'], python);
    for (const { name, loaded, saved } of results) {
      expect(loaded, name).toBeLessThan(1e-4);
      expect(saved, name).toBeLessThan(1e-4);
    }
  });
});
