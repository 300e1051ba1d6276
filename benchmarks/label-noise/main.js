// Methods against plain training where 40 % of the labels are drawn anew: a narrow ResNet-8 on the first 2,000 images of CIFAR-10, with
// flips and crops (20 epochs) and without (30), three seeds, tested on all 10,000 test images. Goes on where it was stopped, and writes
// the tables of README.md at the end.
// Run: MIX_NATIVE_THREADS=1 node main.js [--data path/to/cifar10] [--only 'plain;Mixup']. About 20 minutes of one core.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng } from '@mix/core';
import { createLoader, datasetLabels, noisyLabels, subset } from '@mix/data';
import { firstOf, openCifar, startNative, testLoader } from '../trials/open-cifar.js';
import { runTrials } from '../trials/run-trials.js';
import { recipe, trainOnCifar } from '../trials/train-on-cifar.js';
import { writeTable } from '../trials/write-table.js';
import { methods } from './methods.js';

const names = Object.keys(methods);
const { values: options } = parseArgs({
  options: { data: { type: 'string' }, only: { type: 'string', default: names.join(';') } },
});
/** With flips and crops the network does not get to learning wrong labels; without, it learns most of them. */
const settings = {
  augmented: { epochs: 20, augment: true },
  unaugmented: { epochs: 30, augment: false },
};
const results = fileURLToPath(new URL('results.jsonl', import.meta.url));

await startNative();
const cifar = await openCifar(options.data);
const images = firstOf(cifar.train, 2000);
const validation = testLoader(cifar.test);
const chosen = options.only.split(';');
const trials = Object.keys(settings).flatMap((setting) =>
  [0, 1, 2].flatMap((seed) => chosen.map((method) => ({ setting, method, seed }))),
);

await runTrials(results, trials, ({ setting, method, seed }) => {
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
  const wrong = [...datasetLabels(data)].flatMap((label, row) =>
    label === data.cleanLabels[row] ? [] : [row],
  );
  return trainOnCifar(
    { ...settings[setting], method: methods[method](train), train, validation, rng },
    { wrongTop1: testLoader(subset(data, wrong)) },
  );
});
for (const setting of Object.keys(settings)) {
  const columns = { top1: 'test accuracy, %', wrongTop1: 'wrong labels learned, %' };
  writeTable(results, `label-noise-${setting}`, names, columns, (trial) => trial.setting === setting);
}
