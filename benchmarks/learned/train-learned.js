import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchMasks } from '@mix/automix';
import { createRng } from '@mix/core';
import { createLoader } from '@mix/data';
import { resnet20 } from '@mix/models';
import { cosine, fit, prepareImages, sgd } from '@mix/train';
import { openRunFolder } from '@mix/train/node';
import * as tf from '@tensorflow/tfjs-core';
import { judgeMasks } from './judge-masks.js';
import { measureHeads } from './measure-heads.js';
import { methods } from './methods.js';

/** What every run shares. */
const recipe = { batchSize: 100, learningRate: 0.1, weightDecay: 5e-4 };

const prepare = prepareImages({
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.2023, 0.1994, 0.201],
  flip: true,
  cropPadding: 4,
});
const watchEvery = 5;

/**
 * Trains a ResNet-20 by one method, from the newest checkpoint in `folder` where there is one.
 *
 * @param run `method` and `seed`; data sets `train` and `test`; `epochs`; `folder`; `signal`.
 * @returns Accuracy and calibration of each head at the end, and what was seen of the masks; undefined if `signal` stopped it.
 */
export async function trainLearned({ method: name, seed, train, test, epochs, folder, signal }) {
  const resume = existsSync(join(folder, 'checkpoints'));
  const rng = createRng(seed);
  const createNetwork = () => resnet20({ numClasses: 10, rng: rng.fork('model') });
  const classifier = createNetwork();
  const made = methods[name]({
    classifier,
    createTeacher: createNetwork,
    rng: rng.fork('method'),
    imageShape: [32, 32, 3],
    embeddingSize: 64,
    numClasses: 10,
  });
  const { method, heads = () => ({ student: classifier }), mixer, generatorRate } = made;
  const { batchSize, weightDecay, learningRate } = recipe;
  const source = createLoader(train, {
    batchSize,
    shuffle: true,
    dropLast: true,
    cache: true,
    workers: 0,
    rng,
  });
  const tested = createLoader(test, { batchSize: 500, cache: true, workers: 0 });
  const heldOut = createLoader(test, { batchSize: 100, workers: 0 });
  const groups = new Set(['classifier', ...Object.keys(method.groups)]);
  const optimizers = {};
  const schedule = {};
  for (const group of groups) {
    optimizers[group] = sgd({ momentum: 0.9, nesterov: true, weightDecay });
    const base = group === 'generator' ? generatorRate : learningRate;
    schedule[group] = cosine({ base, totalSteps: epochs * source.numBatches });
  }
  const run = await openRunFolder(
    folder,
    resume ? { resume } : { config: { ...recipe, generatorRate, images: train.size, epochs, name, seed } },
  );
  const masksFile = join(folder, 'masks.jsonl');
  const batch = await firstBatch(heldOut);
  const watch = async (epoch) => {
    if (epoch % watchEvery > 0 && epoch < epochs) return {};
    const seen = await watchMasks(mixer, heads().teacherMix, batch, { rng: createRng(0) });
    appendFileSync(masksFile, `${JSON.stringify({ epoch, ...seen })}\n`);
    return seen;
  };
  try {
    const result = await fit({
      classifier,
      method,
      train: source,
      prepare,
      epochs,
      rng,
      optimizers,
      schedule,
      store: run.store,
      resume,
      logEvery: 0,
      signal,
      log: run.log,
      ...(mixer && { watch }),
    });
    if (result.stopped) return undefined;
    const { loss, metrics } = result.last;
    return {
      heads: await measureHeads(heads(), tested, prepare),
      loss,
      ...(metrics && { metrics }),
      ...(mixer && {
        judged: await judgeMasks(made, heads().teacherMix, heldOut, prepare),
        masks: readFileSync(masksFile, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      }),
    };
  } finally {
    tf.dispose([batch.images, batch.labels]);
    for (const optimizer of Object.values(optimizers)) optimizer.dispose();
    (made.dispose ?? method.dispose)?.();
    classifier.dispose();
    await Promise.all([source, tested, heldOut].map((loader) => loader.close()));
  }
}

async function firstBatch(loader) {
  for await (const host of loader.batches(0)) return prepare(host);
  throw new Error('the test split is empty');
}
