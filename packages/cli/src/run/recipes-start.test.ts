import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@mix/test-utils';
import { expect, it } from 'vitest';
import { readConfigFile } from '../config/read-config-file.js';
import { resolveConfig } from '../config/resolve-config.js';
import { createTraining } from './create-training.js';
import { openData } from './open-data.js';

useBackend('cpu');

const configs = fileURLToPath(new URL('../../../../configs/', import.meta.url));
const transformers = readdirSync(configs, { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?:deit|swin|convnext).*\.json$/.test(name))
  .sort();

it.each(transformers)('configs/%s gives losses of a first batch, and optimisers for them', async (name) => {
  const recipe = readConfigFile(`${configs}${name}`) as Readonly<Record<'method' | 'train', object>>;
  // Two small pictures and a small backbone; all else as it stands.
  const content = {
    data: { kind: 'drawn', trainLimit: 2, testLimit: 2, imageSize: 16, workers: 0 },
    model: { name: 'cifar-resnet', depth: 8, width: 4 },
    method: recipe.method,
    train: { ...recipe.train, batchSize: 2 },
  };
  const config = resolveConfig({ file: { name, content }, flags: new Map() });
  const training = createTraining(config, await openData(config.data, 0));
  const { method, model, groups, rng } = training;
  let steps = 0;
  for await (const host of training.train.batches(0)) {
    const batch = training.prepare(host, rng.fork('prepare'));
    const { losses } = method.step(model, batch, {
      rng: rng.fork('step'),
      step: 0,
      progress: 0,
      totalSteps: 9,
    });
    expect(batch.images.shape).toEqual([2, 16, 16, 3]);
    // AdAutoMix leaves some batches out for its generator.
    expect(losses).toHaveProperty('classifier');
    for (const loss of Object.values(losses)) expect(Number.isFinite(loss.dataSync()[0])).toBe(true);
    steps++;
  }
  expect(steps).toBe(1);
  for (const group of ['classifier', 'generator']) {
    const settings = { noDecay: 'norms-biases-and-embeddings', weightDecay: 0.05, beta2: 0.999 };
    expect(groups.optimizers[group]?.settings).toMatchObject(settings);
  }
  // A hundred-thousandth of it at first, for the classifier; the masks' is not warmed up.
  const { learningRate } = config.train as unknown as { readonly learningRate: number };
  const { generatorLearningRate } = config.method as unknown as { readonly generatorLearningRate: number };
  expect(groups.schedule['classifier']?.(0)).toBeCloseTo(1e-5 * learningRate, 12);
  expect(groups.schedule['generator']?.(0)).toBeCloseTo(generatorLearningRate, 12);
  await training.close();
});
