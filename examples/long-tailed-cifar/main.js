// Trains on a long-tailed CIFAR-10 in four ways, and tells their accuracy on all classes and on the three rarest: plainly, by CMO,
// by bilateral mixup with two branches, and by balanced softmax. Without CIFAR-10's tar shards it takes the embedded drawn shapes.
// Run: npm start -- --data path/to/shards. About five minutes on one core; add --max 5000 --factor 0.01 --depth 32 --width 16 --epochs 200
// for the papers' setting, and --backend native where @mix/native is installed too. What came out of three seeds is in ../../benchmarks/long-tail.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng, fromMixer, identity, selectBackend, softCrossEntropy } from '@mix/core';
import {
  classCounts,
  classSampler,
  createLoader,
  datasetLabels,
  drawnShapes,
  dualSource,
  longTail,
  openTarShards,
  subset,
} from '@mix/data';
import { balancedSoftmax, bilateral, cmo, twoBranch } from '@mix/handcrafted';
import { cifarResnet } from '@mix/models';
import { cosine, evaluate, fit, prepareImages, sgd } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';

const { values } = parseArgs({
  options: {
    data: {
      type: 'string',
      default: fileURLToPath(new URL('../../../shared/data/cifar10', import.meta.url)),
    },
    max: { type: 'string', default: '500' }, // images of the most frequent class
    factor: { type: 'string', default: '0.02' }, // the rarest class has that share of them
    'test-limit': { type: 'string', default: '2000' },
    epochs: { type: 'string', default: '30' },
    depth: { type: 'string', default: '8' },
    width: { type: 'string', default: '8' },
    seed: { type: 'string', default: '0' },
    backend: { type: 'string', default: 'wasm' },
  },
});
const [max, factor, limit, epochs, depth, width, seed] = [
  values.max,
  values.factor,
  values['test-limit'],
  values.epochs,
  values.depth,
  values.width,
  values.seed,
].map(Number);

tf.enableProdMode();
await selectBackend(values.backend, { load: (specifier) => import(specifier) });
const hasShards = existsSync(values.data);
console.log(hasShards ? `data ${values.data}` : `no ${values.data}: drawn shapes instead`);
const full = hasShards
  ? await openTarShards(values.data, { split: 'train' })
  : drawnShapes({ size: 10 * max });
const test = hasShards
  ? await openTarShards(values.data, { split: 'test', limit })
  : drawnShapes({ size: limit, split: 'test' });

const rng = createRng(seed);
const data = longTail(full, { max, factor, rng });
const labels = datasetLabels(data);
const counts = classCounts(labels, data.classes.length);
console.log(`images of each class ${counts.join(' ')}`);

const shared = { batchSize: 64, dropLast: true, cache: true };
const natural = createLoader(data, { ...shared, shuffle: true, rng });
const sampler = classSampler(labels, { exponent: 1 });
const balanced = createLoader(data, { ...shared, sampler, rng: rng.fork('balanced') });
const both = dualSource(natural, balanced); // batches of the one, then as many rows of the other

// The published 3 epochs at either end of 200, or fewer where there are not as many.
const edge = Math.min(3, Math.floor(epochs / 4));
const methods = {
  plain: { method: fromMixer(identity), train: natural },
  CMO: { method: fromMixer(cmo({ epochs, start: edge, end: edge })), train: both },
  bilateral: { method: bilateral({ counts }), train: both, branches: true },
  'balanced softmax': {
    method: fromMixer(identity, { loss: balancedSoftmax(softCrossEntropy, counts) }),
    train: natural,
  },
};

const prepare = prepareImages({
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
  flip: true,
  cropPadding: 4,
});
const testLabels = datasetLabels(test);
const rareRows = [...testLabels.keys()].filter((row) => testLabels[row] >= counts.length - 3);
const loaderOf = (dataset) => createLoader(dataset, { batchSize: 200, cache: true });
const [all, rare] = [loaderOf(test), loaderOf(subset(test, rareRows))];

for (const [name, { method, train, branches = false }] of Object.entries(methods)) {
  const network = cifarResnet({ depth, width, numClasses: counts.length, rng: rng.fork('model') });
  const head = branches ? twoBranch(network, { embedding: 4 * width, rng: rng.fork('head') }) : undefined;
  const classifier = head ?? network;
  const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
  const totalSteps = epochs * train.numBatches;
  const warmupSteps = Math.min(train.numBatches, totalSteps - 1);
  await fit({
    classifier,
    method,
    train,
    epochs,
    rng,
    prepare,
    optimizers: optimizer,
    schedule: cosine({ base: 0.1, warmupSteps, totalSteps }),
  });
  const [onAll, onRare] = [
    await evaluate(classifier, all, prepare),
    await evaluate(classifier, rare, prepare),
  ];
  console.log(`${name}: all classes ${onAll.top1.toFixed(3)}, three rarest ${onRare.top1.toFixed(3)}`);
  for (const part of [head, network, optimizer]) part?.dispose();
}
