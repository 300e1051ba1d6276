import { createRng, fromMixer, type Mixer } from '@mix/core';
import { mixup } from '@mix/handcrafted';
import { cifarResnet, fromLayersModel } from '@mix/models';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { abortAt } from '../test/abort-at.js';
import { toyRun } from '../test/toy-run.js';
import { toySource } from '../test/toy-source.js';
import { decodeCheckpoint } from './checkpoint.js';
import { fit } from './fit.js';
import { memoryCheckpointStore } from './memory-checkpoint-store.js';
import { prepareImages } from './prepare-images.js';

beforeAll(() => {
  tf.enableProdMode();
});
useBackend('wasm');

const source = () => toySource({ numSamples: 12, batchSize: 6, side: 8, channels: 3 });
const prepare = () => prepareImages({ mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2] });
const resnet = () => cifarResnet({ depth: 8, width: 4, numClasses: 3, rng: createRng(1) });

describe('fit with a guide', () => {
  it("passes a model's own guide on to the mixer, within the gradient of the step", async () => {
    const model = resnet();
    const images = tf.ones([2, 8, 8, 3]) as tf.Tensor4D;
    const labels = tf.tensor1d([0, 1], 'int32');
    const gradientNow = () =>
      Array.from(model.guide.inputGradient(images, labels, { mode: 'eval' }).grad.dataSync());
    const seen: number[][] = [];
    const plain = mixup();
    const guided: Mixer = (batch, context) => {
      const probe = context.guide?.inputGradient?.(images, labels, { mode: 'eval' });
      seen.push(Array.from(probe?.grad.dataSync() ?? []));
      return plain(batch, context);
    };
    const before = gradientNow();
    const { variables } = model;
    const counts: number[] = [];
    await fit({
      ...toyRun({ method: fromMixer(guided, { name: 'guided' }), classifier: model, prepare: prepare() }),
      ...{ train: source(), validation: source(), epochs: 2, guide: model.guide },
      onProgress: () => counts.push(tf.memory().numTensors),
    });
    expect(seen).toHaveLength(4);
    expect(seen[0]).toEqual(before);
    expect(seen[3]).not.toEqual(before);
    expect(new Set(counts.slice(1)).size).toBeLessThanOrEqual(2);
    expect(Object.values(variables).some(({ isDisposed }) => isDisposed)).toBe(false);
  });
});

describe('fit of a layers model', () => {
  // Weights from seeds, so that two of them are the same model.
  const build = () => {
    const kernelInitializer = tfl.initializers.glorotUniform({ seed: 3 });
    return tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          name: 'conv',
          useBias: false,
          filters: 4,
          kernelSize: 3,
          inputShape: [8, 8, 3],
          kernelInitializer,
        }),
        tfl.layers.batchNormalization({ name: 'norm' }),
        tfl.layers.reLU({ name: 'stage' }),
        tfl.layers.globalAveragePooling2d({ name: 'pool' }),
        tfl.layers.dense({ name: 'fc', units: 3, activation: 'softmax', kernelInitializer }),
      ],
    });
  };
  const run = (model: tfl.LayersModel, epochs = 2) => ({
    ...toyRun({ method: fromMixer(mixup(), { name: 'mixup' }), prepare: prepare(), epochs }),
    ...{ train: source(), validation: source(), classifier: fromLayersModel(model, { stages: ['stage'] }) },
  });
  const weightsOf = (model: tfl.LayersModel) =>
    model.getWeights().map((weight) => Array.from(weight.dataSync()));

  it('trains it in place with Mixup, moving averages included, and resumes with the same bits', async () => {
    const [one, two] = [build(), build()];
    const before = weightsOf(one);
    expect(weightsOf(two)).toEqual(before);
    const [straight, parted] = [memoryCheckpointStore(), memoryCheckpointStore()];
    await fit({ ...run(one), store: straight });
    await fit({ ...run(two), store: parted, ...abortAt(3) });
    const three = build();
    await fit({ ...run(three), store: parted, resume: true });
    const after = weightsOf(one);
    after.forEach((weight, index) => expect(weight).not.toEqual(before[index]));
    expect(weightsOf(three)).toEqual(after);
    const [first, second] = await Promise.all(
      [straight, parted].map(async (store) => decodeCheckpoint((await store.load('last'))!, 'last')),
    );
    expect(second?.tensors).toEqual(first?.tensors);
  });
});
