// Trains ResNet-20 with CutMix on drawn images and prints a line of JSON every few steps: tensors, their bytes, resident memory.
// node soak.js BACKEND STEPS EVERY
import { createRng, fromMixer, selectBackend } from '@mix/core';
import { createLoader, drawnShapes } from '@mix/data';
import { cutmix } from '@mix/handcrafted';
import { resnet20 } from '@mix/models';
import { cosine, fit, prepareImages, sgd } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';

const [backend, steps, every] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const batchSize = 128;
process.stdin.resume().on('end', () => process.exit(1)); // the harness is gone
tf.enableProdMode();
await selectBackend(backend, { load: (name) => import(name) });
const rng = createRng(0);
const train = createLoader(drawnShapes({ size: batchSize * every }), { batchSize, shuffle: true, rng });
await fit({
  classifier: resnet20({ numClasses: train.numClasses, rng: rng.fork('model') }),
  method: fromMixer(cutmix(), { name: 'cutmix' }),
  train,
  epochs: Math.ceil(steps / every),
  rng,
  prepare: prepareImages({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], flip: true, cropPadding: 4 }),
  optimizers: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  schedule: cosine({ base: 0.1, totalSteps: steps }),
  onProgress: ({ step, loss }) => {
    if (step % every !== 0) return;
    const { numTensors, numBytes } = tf.memory();
    const residentMiB = Math.round(process.memoryUsage().rss / 2 ** 20);
    console.log(JSON.stringify({ step, loss, numTensors, numBytes, residentMiB }));
  },
});
process.exit(0);
