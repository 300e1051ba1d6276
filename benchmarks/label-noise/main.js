// Methods against plain training where 40 % of the labels are drawn anew: a narrow ResNet-8 on the first 2,000 images of CIFAR-10, 20 epochs,
// three seeds, tested on all 10,000 test images. Goes on where it was stopped, and writes the table of README.md at the end.
// Run: MIX_NATIVE_THREADS=1 node main.js [--data path/to/cifar10] [--only plain,Mixup]. About 10 minutes of one core.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng } from '@mix/core';
import { createLoader, noisyLabels } from '@mix/data';
import { firstOf, openCifar, startNative, testLoader } from '../trials/open-cifar.js';
import { runTrials } from '../trials/run-trials.js';
import { recipe, trainOnCifar } from '../trials/train-on-cifar.js';
import { writeTable } from '../trials/write-table.js';
import { methods } from './methods.js';

const names = Object.keys(methods);
const { values: options } = parseArgs({
  options: { data: { type: 'string' }, only: { type: 'string', default: names.join() } },
});
const results = fileURLToPath(new URL('results.jsonl', import.meta.url));

await startNative();
const cifar = await openCifar(options.data);
const images = firstOf(cifar.train, 2000);
const validation = testLoader(cifar.test);
const chosen = options.only.split(',');
const trials = [0, 1, 2].flatMap((seed) => chosen.map((method) => ({ method, seed })));

await runTrials(results, trials, ({ method, seed }) => {
  const rng = createRng(seed);
  const data = noisyLabels(images, { rate: 0.4, rng });
  const { batchSize } = recipe;
  const train = createLoader(data, {
    batchSize,
    shuffle: true,
    dropLast: true,
    cache: true,
    workers: 0,
    rng,
  });
  return trainOnCifar({
    method: methods[method](train),
    train,
    validation,
    epochs: 20,
    rng,
  });
});
writeTable(results, 'label-noise', names, { top1: 'test accuracy, %' });
