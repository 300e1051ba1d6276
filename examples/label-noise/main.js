// Trains on CIFAR-10 with wrong labels in three ways, and tells their accuracy on clean test images: plainly, by Mixup, and by
// M-correction, with how well its mixture parts right labels from wrong ones. Without CIFAR-10's tar shards it takes drawn shapes.
// Run: npm start -- --data path/to/shards. About four minutes on one core; add --size 50000 --depth 20 --width 16 --epochs 300
// for the size of the paper's setting, and --backend native where @mix/native is installed too. What came out of three seeds is in ../../benchmarks/label-noise.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng, fromMixer, identity, selectBackend } from '@mix/core';
import { createLoader, datasetLabels, drawnShapes, noisyLabels, openTarShards } from '@mix/data';
import { mCorrection, mixup, noiseProbabilities } from '@mix/handcrafted';
import { cifarResnet } from '@mix/models';
import { cosine, evaluate, fit, prepareImages, sgd } from '@mix/train';
import * as tf from '@tensorflow/tfjs-core';

const { values: options } = parseArgs({
  options: {
    data: {
      type: 'string',
      default: fileURLToPath(new URL('../../../shared/data/cifar10', import.meta.url)),
    },
    size: { type: 'string', default: '2000' },
    rate: { type: 'string', default: '0.4' }, // share of the labels that are drawn anew
    'test-limit': { type: 'string', default: '2000' },
    epochs: { type: 'string', default: '25' },
    depth: { type: 'string', default: '8' },
    width: { type: 'string', default: '8' },
    seed: { type: 'string', default: '0' },
    backend: { type: 'string', default: 'wasm' },
  },
});
const [size, rate, limit, epochs, depth, width, seed] = [
  options.size,
  options.rate,
  options['test-limit'],
  options.epochs,
  options.depth,
  options.width,
  options.seed,
].map(Number);

tf.enableProdMode();
await selectBackend(options.backend, { load: (specifier) => import(specifier) });
const hasShards = existsSync(options.data);
console.log(hasShards ? `data ${options.data}` : `no ${options.data}: drawn shapes instead`);
const [images, test] = hasShards
  ? [
      await openTarShards(options.data, { split: 'train', limit: size }),
      await openTarShards(options.data, { split: 'test', limit }),
    ]
  : [drawnShapes({ size }), drawnShapes({ size: limit, split: 'test' })];

const rng = createRng(seed);
const data = noisyLabels(images, { rate, rng });
const labels = datasetLabels(data);
const isWrong = Array.from(labels, (label, row) => label !== data.cleanLabels[row]);
console.log(`wrong labels ${isWrong.filter(Boolean).length} of ${data.size}`);

const train = createLoader(data, { batchSize: 64, shuffle: true, dropLast: true, cache: true, rng });
const clean = createLoader(test, { batchSize: 200, cache: true });
const prepare = prepareImages({
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
  flip: true,
  cropPadding: 4,
});
const correction = mCorrection({ stepsPerFit: train.numBatches });
const methods = {
  plain: fromMixer(identity),
  Mixup: fromMixer(mixup({ alpha: 32 })),
  'M-correction': correction,
};

for (const [name, method] of Object.entries(methods)) {
  const classifier = cifarResnet({ depth, width, numClasses: data.classes.length, rng: rng.fork('model') });
  const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
  const totalSteps = epochs * train.numBatches;
  await fit({
    classifier,
    method,
    train,
    epochs,
    rng,
    prepare,
    optimizers: optimizer,
    schedule: cosine({ base: 0.1, warmupSteps: Math.min(train.numBatches, totalSteps - 1), totalSteps }),
  });
  const { top1 } = await evaluate(classifier, clean, prepare);
  console.log(`${name}: clean accuracy ${top1.toFixed(3)}`);
  if (method === correction) await tellNoise(classifier);
  classifier.dispose();
  optimizer.dispose();
}

/** How many labels of the training set the mixture takes for wrong, and how many of those are. */
async function tellNoise(classifier) {
  const { tensors, values } = correction.state();
  tf.dispose(tensors);
  const { fitted } = values;
  if (fitted === null) return;
  const losses = [];
  const inOrder = createLoader(data, { batchSize: 200 });
  for await (const host of inOrder.batches(0)) {
    const batch = prepare(host);
    const own = tf.tidy(() => {
      const { logits } = classifier.forward(batch.images, { training: false });
      const oneHot = tf.oneHot(batch.labels, data.classes.length);
      return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), 1)).dataSync();
    });
    losses.push(...own);
    tf.dispose(batch);
  }
  const suspected = noiseProbabilities(fitted, losses).flatMap((b, row) => (b > 0.5 ? [row] : []));
  const right = suspected.filter((row) => isWrong[row]).length;
  console.log(`suspects ${suspected.length} labels, ${right} of them wrong`);
}
