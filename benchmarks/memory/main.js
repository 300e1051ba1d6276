// Trains ResNet-20 for 500 steps and watches tensors, their bytes and resident memory. Run: node --expose-gc main.js
// [--steps 500] [--batch 128]. Takes about five minutes.
import { parseArgs } from 'node:util';
import { createRng, fromMixer, selectBackend } from '@mix/core';
import { createLoader, drawnShapes } from '@mix/data';
import { cutmix } from '@mix/handcrafted';
import { resnet20 } from '@mix/models';
import { cosine, fit, prepareImages, sgd } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';

const { values: options } = parseArgs({
  options: { steps: { type: 'string', default: '500' }, batch: { type: 'string', default: '128' } },
});
const [steps, batchSize] = [options.steps, options.batch].map(Number);
tf.enableProdMode();
await selectBackend('wasm', { load: (name) => import(name) });
const rng = createRng(0);
const train = createLoader(drawnShapes({ size: batchSize * 10 }), { batchSize, shuffle: true, rng });
const rows = [];
await fit({
  classifier: resnet20({ numClasses: train.numClasses, rng: rng.fork('model') }),
  method: fromMixer(cutmix(), { name: 'cutmix' }),
  train,
  epochs: steps / train.numBatches,
  rng,
  prepare: prepareImages({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], flip: true, cropPadding: 4 }),
  optimizers: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  schedule: cosine({ base: 0.1, totalSteps: steps }),
  onProgress: ({ step }) => {
    if (step % Math.ceil(steps / 10) !== 0) return;
    globalThis.gc?.();
    const { numTensors, numBytes } = tf.memory();
    rows.push({ step, numTensors, numBytes, residentMiB: Math.round(process.memoryUsage().rss / 2 ** 20) });
    console.log(JSON.stringify(rows.at(-1)));
  },
});
const last = rows.slice(-5);
const flat = new Set(rows.map(({ numTensors }) => numTensors)).size === 1;
const growth = last.at(-1).residentMiB - last[0].residentMiB;
console.log(`tensors ${flat ? 'flat' : 'NOT flat'}; resident memory grew ${growth} MiB over the second half`);
process.exit(flat ? 0 : 1);
