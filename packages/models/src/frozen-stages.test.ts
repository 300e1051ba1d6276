import { createRng, isMixError, plainTargets, softCrossEntropy, variableGradients } from '@mix/core';
import { useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { BatchNormOptions } from './batch-norm-options.js';
import { cifarResnet } from './cifar-resnet.js';
import { visionTransformer } from './internal/vision-transformer.js';
import type { Model } from './model.js';

interface Options {
  readonly frozenStages?: number;
  readonly dropPath?: number;
}
const resnet = (options: Options & { readonly batchNorm?: BatchNormOptions } = {}) =>
  cifarResnet({ depth: 8, width: 4, numClasses: 3, rng: createRng(0), ...options });
const transformer = (options: Options = {}) =>
  visionTransformer('tiny', {
    ...{ width: 8, depth: 4, heads: 2, imageSize: 8, patchSize: 4, numClasses: 3, dropPath: 0.5 },
    rng: createRng(0),
    ...options,
  });
const images = () =>
  tf.tidy(() => tf.reshape(tf.sin(tf.range(0, 4 * 8 * 8 * 3)), [4, 8, 8, 3]) as tf.Tensor4D);
const lossOf = (model: Model, input: tf.Tensor4D) => () => {
  const { logits } = model.forward(input, { training: true });
  return tf.mean(softCrossEntropy(logits, plainTargets(tf.tensor1d([0, 1, 2, 0], 'int32')))) as tf.Scalar;
};
const values = (model: Model, layer: (n: number) => boolean) =>
  Object.fromEntries(
    [...model.weights]
      .filter(([, weight]) => layer(weight.layer))
      .map(([name, weight]) => [name, weight.read().arraySync()]),
  );

describe('frozenStages', () => {
  useBackend('cpu');

  it('leaves stem and stages out of the variables, and names the layer of each weight', () => {
    const layers = (model: Model) =>
      new Set(Object.keys(model.variables).map((name) => model.weights.get(name)?.layer));
    expect(layers(resnet())).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(layers(resnet({ frozenStages: 0 }))).toEqual(new Set([1, 2, 3, 4]));
    expect(layers(resnet({ frozenStages: 3 }))).toEqual(new Set([4]));
    expect(layers(transformer({ frozenStages: 2 }))).toEqual(new Set([3, 4, 5]));
    expect(resnet().weights.get('layer2.0.bn1.running_mean')).toMatchObject({
      kind: 'buffer',
      layer: 2,
      head: false,
    });
    expect(resnet().weights.get('fc.bias')).toMatchObject({ kind: 'parameter', layer: 4, head: true });
    expect(transformer().weights.get('norm.weight')).toMatchObject({ layer: 5, head: false });
    expect(Object.keys(resnet({ frozenStages: 3 }).state().tensors)).toEqual(
      Object.keys(resnet().state().tensors),
    );
  });

  it('keeps running statistics and runs below as in inference', () => {
    const model = resnet({ frozenStages: 1 });
    const [below, above] = [values(model, (layer) => layer <= 1), values(model, (layer) => layer > 1)];
    const input = images();
    const trained = model.forward(input, { training: true });
    const evaluated = model.forward(input, { training: false });
    expect(trained.stages[0]?.arraySync()).toEqual(evaluated.stages[0]?.arraySync());
    expect(values(model, (layer) => layer <= 1)).toEqual(below);
    expect(values(model, (layer) => layer > 1)).not.toEqual(above);
  });

  it.each([
    ['a residual network', (options: Options) => resnet({ ...options, batchNorm: { frozen: true } })],
    ['a transformer', (options: Options) => transformer({ ...options, dropPath: 0 })],
  ])('gives %s the same gradients above, and keeps nothing of what is below', (_, build) => {
    const [whole, part] = [build({}), build({ frozenStages: 2 })];
    const input = images();
    const gradientsOf = (model: Model) => {
      let nodes = 0;
      const loss = () => {
        const value = lossOf(model, input)();
        nodes = (tf.engine().state as unknown as { activeTape: unknown[] }).activeTape.length;
        return value;
      };
      return tf.tidy(() => {
        const { grads } = variableGradients(loss, Object.values(model.variables));
        const named = Object.entries(model.variables).map(([name, variable]) => [
          name,
          Array.from(grads[variable.name]?.dataSync() ?? []),
        ]);
        return { gradients: Object.fromEntries(named), nodes };
      });
    };
    const before = tf.memory().numTensors;
    const [all, some] = [gradientsOf(whole), gradientsOf(part)];
    expect(some.nodes).toBeLessThan(0.6 * all.nodes);
    expect(Object.keys(some.gradients).length).toBeLessThan(0.6 * Object.keys(all.gradients).length);
    expect(all.gradients).toMatchObject(some.gradients);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lets gradients by images through where the images depend on a variable', () => {
    const model = resnet({ frozenStages: 2 });
    const input = tf.variable(images() as tf.Tensor);
    const { grads } = variableGradients(() => {
      const mixed = tf.mul(input, 2) as tf.Tensor4D;
      return lossOf(model, mixed)();
    }, [input]);
    expect(tf.max(tf.abs(grads[input.name] as tf.Tensor)).dataSync()[0]).toBeGreaterThan(0);
    const inference = tf.grad((x) => tf.sum(model.forward(x as tf.Tensor4D, { training: false }).logits));
    expect(tf.max(tf.abs(inference(images()))).dataSync()[0]).toBeGreaterThan(0);
  });

  it.each([-1, 4, 0.5])('refuses %s stages', (frozenStages) => {
    const before = tf.memory().numTensors;
    let caught: unknown;
    try {
      resnet({ frozenStages });
    } catch (error) {
      caught = error;
    }
    expect(isMixError(caught) && caught.message).toContain(
      `cifarResnet: frozenStages must be an integer from 0 (the stem alone) to 3 (all stages); got ${frozenStages}`,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
