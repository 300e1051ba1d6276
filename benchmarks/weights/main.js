// Weights from PyTorch to mix and, after a step of training, back: the largest difference of the logits, as a share of the largest.
// Run: node main.js [--only resnet18,deit_tiny] [--python /usr/bin/python3]. About two minutes for all models.
import { parseArgs } from 'node:util';
import { registerKernels } from '@mix/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { builders, hasTorch, roundTrip } from './round-trip.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(builders).join() },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
if (!hasTorch(options.python)) throw new Error(`--python ${options.python} must have torch and torchvision`);
registerKernels();
await tf.setBackend('wasm');
console.table(await roundTrip(options.only.split(','), options.python));
