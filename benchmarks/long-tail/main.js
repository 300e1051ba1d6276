// Methods for long-tailed data against plain training: a narrow ResNet-8 on 500 to 10 images of each class of CIFAR-10, 30 epochs with
// flips and crops and without, three seeds, tested on all 10,000 test images. Goes on where it was stopped, and writes the tables of
// README.md at the end.
// Run: MIX_NATIVE_THREADS=1 node main.js [--data path/to/cifar10] [--only plain,CMO]. About 25 minutes of one core.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng } from '@mix/core';
import { classCounts, createLoader, datasetLabels, dualSource, longTail, subset } from '@mix/data';
import { openCifar, startNative, testLoader } from '../trials/open-cifar.js';
import { runTrials } from '../trials/run-trials.js';
import { recipe, trainOnCifar } from '../trials/train-on-cifar.js';
import { writeTable } from '../trials/write-table.js';
import { methods } from './methods.js';

const names = Object.keys(methods);
const { values: options } = parseArgs({
  options: { data: { type: 'string' }, only: { type: 'string', default: names.join() } },
});
const results = fileURLToPath(new URL('results.jsonl', import.meta.url));
const epochs = 30;
const settings = { augmented: { augment: true }, unaugmented: { augment: false } };
const rarest = 7; // this class and the two after it have 23, 15 and 10 images

await startNative();
const cifar = await openCifar(options.data);
const validation = testLoader(cifar.test);
const testLabels = datasetLabels(cifar.test);
const rare = testLoader(
  subset(
    cifar.test,
    [...testLabels.keys()].filter((index) => testLabels[index] >= rarest),
  ),
);
const chosen = options.only.split(',');
const trials = Object.keys(settings).flatMap((setting) =>
  [0, 1, 2].flatMap((seed) => chosen.map((method) => ({ setting, method, seed }))),
);

function sourceOf(data, labels, { sampler, second }, rng) {
  const shared = { batchSize: recipe.batchSize, dropLast: true, cache: true, workers: 0 };
  const stream = (draw, own) =>
    createLoader(data, { ...shared, rng: own, ...(draw ? { sampler: draw(labels) } : { shuffle: true }) });
  const first = stream(sampler, rng);
  return second === undefined ? first : dualSource(first, stream(second, rng.fork('second')));
}

await runTrials(results, trials, ({ setting, method: name, seed }) => {
  const rng = createRng(seed);
  const data = longTail(cifar.train, { max: 500, factor: 0.02, rng });
  const labels = datasetLabels(data);
  const counts = classCounts(labels, 10);
  const { method, wrap, ...streams } = methods[name];
  return trainOnCifar(
    {
      ...settings[setting],
      method: method({ counts, epochs }),
      train: sourceOf(data, labels, streams, rng),
      validation,
      epochs,
      rng,
      ...(wrap && { wrap: (network) => wrap(network, rng.fork('second head')) }),
    },
    { rareTop1: rare },
  );
});
for (const setting of Object.keys(settings)) {
  const columns = { top1: 'all classes, %', rareTop1: 'three rarest classes, %' };
  writeTable(results, `long-tail-${setting}`, names, columns, (trial) => trial.setting === setting);
}
