import { createRng, isMixError, plainTargets, softCrossEntropy } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { fromGraphModel } from './from-graph-model.js';

const taps = { stages: ['stem', 'block'], embedding: 'pool' };
const evaluate = { training: false };
const noise = (shape: readonly number[], seed = 1): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => rng.normal());
};
const images = () => tf.tensor4d(noise([2, 4, 5, 3]), [2, 4, 5, 3]);
const kernels = { conv1: [3, 3, 3, 4], conv2: [3, 3, 4, 4], fc: [4, 3] } as const;
const kernel = (name: keyof typeof kernels) =>
  tf.tensor(noise(kernels[name], 2 + name.length), [...kernels[name]]);
const numbers = (x: tf.Tensor | undefined) => Array.from((x as tf.Tensor).dataSync());
const swap = (x: tf.Tensor4D) => tf.reverse(x, 0);
function close(got: tf.Tensor | undefined, wanted: tf.Tensor): void {
  expect(got?.shape).toEqual(wanted.shape);
  const expected = numbers(wanted);
  for (const [index, value] of numbers(got).entries()) expect(value).toBeCloseTo(expected[index]!, 4);
}

/** A stem, a residual block, global pooling, a dense layer and a softmax, as a converter writes them. */
function topology(op = 'Softmax', [height, width]: readonly [number, number] = [4, 5]) {
  const float = { T: { type: 'DT_FLOAT' } };
  const ones = { list: { i: ['1', '1', '1', '1'] } };
  const constant = (name: string, dtype = 'DT_FLOAT') => ({
    name,
    op: 'Const',
    input: [],
    attr: { dtype: { type: dtype } },
  });
  const conv = (name: string, input: string) => ({
    ...{ name, op: 'Conv2D', input: [input, `${name}/kernel`] },
    attr: {
      ...float,
      padding: { s: btoa('SAME') },
      data_format: { s: btoa('NHWC') },
      strides: ones,
      dilations: ones,
    },
  });
  const dim = [-1, height, width, 3].map((size) => ({ size: String(size) }));
  const node = [
    {
      name: 'x',
      op: 'Placeholder',
      input: [],
      attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim } } },
    },
    ...[
      constant('conv1/kernel'),
      constant('conv2/kernel'),
      constant('fc/kernel'),
      constant('axes', 'DT_INT32'),
    ],
    conv('conv1', 'x'),
    { name: 'stem', op: 'Relu', input: ['conv1'], attr: float },
    conv('conv2', 'stem'),
    { name: 'block', op: 'AddV2', input: ['stem', 'conv2'], attr: float },
    { name: 'pool', op: 'Mean', input: ['block', 'axes'], attr: { ...float, keep_dims: { b: false } } },
    { name: 'fc', op: 'MatMul', input: ['pool', 'fc/kernel'], attr: float },
    ...op.split(' ').map((each, index, all) => ({
      name: index === all.length - 1 ? 'y' : `y${index}`,
      op: each,
      input: [index === 0 ? 'fc' : `y${index - 1}`],
      attr: float,
    })),
  ];
  return { node, versions: { producer: 1 } };
}

async function load(op?: string, size?: readonly [number, number]): Promise<GraphModel> {
  const weights = (['conv1', 'conv2', 'fc'] as const).map((name) => ({
    name: `${name}/kernel`,
    tensor: kernel(name),
  }));
  const axes = { name: 'axes', tensor: tf.tensor1d([1, 2], 'int32') as tf.Tensor };
  const { data, specs } = await tf.io.encodeWeights([...weights, axes]);
  const artifacts = { modelTopology: topology(op, size), weightSpecs: specs, weightData: data };
  return loadGraphModel(tf.io.fromMemory(artifacts));
}
const build = async (op?: string) => fromGraphModel(await load(op), taps);

/** The same by ops. */
function byOps(x: tf.Tensor4D) {
  const stem: tf.Tensor4D = tf.relu(tf.conv2d(x, kernel('conv1') as tf.Tensor4D, 1, 'same'));
  const block: tf.Tensor4D = tf.add(stem, tf.conv2d(stem, kernel('conv2') as tf.Tensor4D, 1, 'same'));
  const embedding = tf.mean(block, [1, 2]) as tf.Tensor2D;
  const logits: tf.Tensor2D = tf.matMul(embedding, kernel('fc') as tf.Tensor2D);
  return { stages: [stem, block], embedding, logits };
}

describe('fromGraphModel', () => {
  useBackend('wasm');

  it.each(['Softmax', 'Identity', 'Softmax Squeeze Identity'])(
    'gives logits, embedding and stages of a graph that ends in %s',
    async (op) => {
      const { logits, embedding, stages } = (await build(op)).forward(images(), evaluate);
      const wanted = byOps(images());
      close(logits, wanted.logits);
      close(embedding, wanted.embedding);
      stages.forEach((stage, index) => close(stage, wanted.stages[index]!));
    },
  );

  it('is the same after a model was saved and loaded', async () => {
    const model = await load();
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const again = fromGraphModel(await loadGraphModel(tf.io.fromMemory(saved!)), { ...taps, numClasses: 3 });
    close(again.forward(images(), evaluate).logits, byOps(images()).logits);
  });

  it('changes a stage in mid-forward, and what depends on it', async () => {
    const classifier = await build();
    const plain = byOps(images());
    for (const stage of [0, 1, 2]) {
      const same = classifier.forward(images(), { ...evaluate, intercept: { stage, apply: (x) => x } });
      close(same.logits, plain.logits);
      const swapped = classifier.forward(images(), { ...evaluate, intercept: { stage, apply: swap } });
      close(swapped.logits, tf.reverse(plain.logits, 0));
      close(swapped.stages[1], swap(plain.stages[1]!));
      close(swapped.stages[0], stage < 2 ? swap(plain.stages[0]!) : plain.stages[0]!);
    }
    const kept = tf.zerosLike(plain.stages[0]!);
    const { stages } = classifier.forward(images(), {
      ...evaluate,
      intercept: { stage: 1, apply: () => kept },
    });
    tf.dispose(stages);
    expect(kept.isDisposed).toBe(false);
  });

  it('guides: features, the pass from them on, and the gradient by the images', async () => {
    const { guide } = await build();
    const wanted = byOps(images());
    close(guide.features(images(), 1), wanted.stages[0]!);
    close(guide.features(images(), 'last'), wanted.stages[1]!);
    for (const stage of [1, 2] as const)
      close(guide.forwardFrom?.(guide.features(images(), stage), stage), wanted.logits);
    const labels = tf.tensor1d([0, 2], 'int32');
    const { value, grad } = tf.valueAndGrad((x) =>
      tf.mean(softCrossEntropy(byOps(x as tf.Tensor4D).logits, plainTargets(labels))),
    )(images());
    const probe = guide.inputGradient(images(), labels, { mode: 'eval' });
    close(probe.grad, grad);
    close(probe.loss, value);
  });

  it('has nothing to train and no state', async () => {
    const classifier = await build();
    expect(classifier.variables).toEqual({});
    expect(classifier.numClasses).toBe(3);
    classifier.restore(classifier.state());
    expect(classifier.guide.classifierWeights).toBeUndefined();
  });

  it('leaves no tensors behind', async () => {
    const classifier = await build();
    const [input, labels] = [images(), tf.tensor1d([0, 1], 'int32')];
    const step = () => {
      for (const stage of [0, 1]) {
        const { logits, embedding, stages } = classifier.forward(input, {
          ...evaluate,
          intercept: { stage, apply: swap },
        });
        tf.dispose([logits, embedding, ...stages]);
      }
      tf.dispose([
        classifier.guide.features(input, 1),
        classifier.guide.inputGradient(input, labels, { mode: 'eval' }),
      ]);
    };
    step();
    const before = tf.memory().numTensors;
    step();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'fromGraphModel: taps.stages must name nodes of the graph; got "stage1". It has x, conv1, stem, conv2, block, pool, fc, y',
      async () => fromGraphModel(await load(), { ...taps, stages: ['stage1'] }),
    ],
    [
      'fromGraphModel: taps.numClasses must be given where the model leaves open the size of its images; got undefined',
      async () => fromGraphModel(await load('Softmax', [-1, -1]), taps),
    ],
    [
      'Classifier.forward: training must be false for a graph model, whose weights are constants',
      async () => (await build()).forward(images(), { training: true }),
    ],
    [
      'Classifier.forward: images must be [B,4,5,3]; got [1,5,4,3]',
      async () => (await build()).forward(tf.ones([1, 5, 4, 3]), evaluate),
    ],
    [
      'Classifier.restore: state must hold nothing for a graph model, which has no state of its own; got ["w"]',
      async () => (await build()).restore({ tensors: { w: tf.scalar(1) }, values: {} }),
    ],
  ])('says: %s', async (message, action) => {
    const error = await action().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isMixError(error)).toBe(true);
    expect(String(error)).toContain(message);
  });
});
