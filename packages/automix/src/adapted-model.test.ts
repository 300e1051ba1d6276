import { createRng, type StepContext, variableGradients } from '@mix/core';
import { fromLayersModel } from '@mix/models';
import { tinyBatch, useBackend } from '@mix/test-utils';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { automix } from './automix.js';

const { conv2d, batchNormalization, activation, globalAveragePooling2d, dense } = layers.layers;
const kernelInitializer = (seed: number) => layers.initializers.glorotUniform({ seed });
const common = (seed: number) => ({
  filters: 4,
  kernelSize: 3,
  useBias: false,
  kernelInitializer: kernelInitializer(seed),
});
const head = (seed: number) => ({ units: 3, kernelInitializer: kernelInitializer(seed), name: 'head' });

/** Layers one after another, and the same with a way around the second convolution. */
const makers: Readonly<Record<string, (seed: number) => layers.LayersModel>> = {
  sequential: (seed) =>
    layers.sequential({
      layers: [
        conv2d({ ...common(seed), name: 'conv1', strides: 2, padding: 'same', inputShape: [16, 16, 3] }),
        batchNormalization({ name: 'norm1' }),
        activation({ activation: 'relu', name: 'stage1' }),
        conv2d({ ...common(seed + 1), name: 'conv2', strides: 2, padding: 'same' }),
        batchNormalization({ name: 'norm2' }),
        activation({ activation: 'relu', name: 'stage2' }),
        globalAveragePooling2d({ name: 'pool' }),
        dense({ ...head(seed + 2), activation: 'softmax' }),
      ],
    }),
  functional: (seed) => {
    const input = layers.input({ shape: [16, 16, 3] });
    const first = conv2d({ ...common(seed), name: 'conv1', strides: 2, padding: 'same' }).apply(input);
    const stage1 = batchNormalization({ name: 'norm1' }).apply(first) as layers.SymbolicTensor;
    const second = conv2d({ ...common(seed + 1), name: 'conv2', padding: 'same' }).apply(
      activation({ activation: 'relu', name: 'stage1' }).apply(stage1),
    );
    const branch = batchNormalization({ name: 'norm2' }).apply(second) as layers.SymbolicTensor;
    const stage2 = layers.layers.add({ name: 'stage2' }).apply([branch, stage1]);
    const outputs = dense(head(seed + 2)).apply(globalAveragePooling2d({ name: 'pool' }).apply(stage2));
    return layers.model({ inputs: input, outputs: outputs as layers.SymbolicTensor });
  },
};
const numbers = (x: tf.Tensor) => Array.from(x.dataSync());

describe.each(Object.entries(makers))('a %s model of tfjs-layers', (_, make) => {
  useBackend('wasm');

  it('is trained by AutoMix, with a teacher that keeps its own statistics', () => {
    const [classifier, teacher] = [1, 5].map((seed) =>
      fromLayersModel(make(seed), { stages: ['stage1', 'stage2'] }),
    ) as [ReturnType<typeof fromLayersModel>, ReturnType<typeof fromLayersModel>];
    const method = automix({
      classifier,
      teacher,
      imageShape: [16, 16, 3],
      rng: createRng(1),
      momentum: 0.5,
    });
    expect(method.stage).toBe(1);
    const read = (of: typeof classifier, name: string) => {
      const { tensors } = of.state();
      const value = numbers(tensors[name] as tf.Tensor);
      tf.dispose({ ...tensors });
      return value;
    };
    const [weight, statistic] = ['conv1/kernel', 'norm2/moving_mean'];
    const start = read(classifier, weight);
    expect(read(teacher, weight)).toEqual(start);
    const batch = tinyBatch({ size: 4, height: 16, width: 16 });
    const groups = Object.values(method.groups).flatMap((group) => Object.values(group));
    const trained = [...Object.values(classifier.variables), ...groups];
    const step = (index: number) => {
      const context: StepContext = { rng: createRng(index), step: index, progress: 0, totalSteps: 9 };
      const sizes = tf.tidy(() => {
        const { grads } = variableGradients(
          () => tf.addN(Object.values(method.step(classifier, batch, context).losses)) as tf.Scalar,
          [...trained, ...Object.values(teacher.variables)],
        );
        // Where no loss reaches a variable there is none.
        const size = ({ name }: tf.Variable) => (grads[name] ? Math.max(...numbers(tf.abs(grads[name]))) : 0);
        const largest = (variables: Readonly<Record<string, tf.Variable>>) =>
          Math.max(...Object.values(variables).map(size));
        const found = {
          classifier: Math.min(...Object.values(classifier.variables).map(size)),
          head: largest(method.network.headVariables),
          block: largest(method.block.variables),
          teacher: largest(teacher.variables),
        };
        for (const variable of trained) {
          const gradient = grads[variable.name];
          if (gradient) variable.assign(tf.sub(variable, tf.mul(gradient, 0.1)));
        }
        return found;
      });
      method.afterStep?.(classifier, context);
      return sizes;
    };
    const sizes = step(0);
    expect(sizes.classifier).toBeGreaterThan(0);
    expect(sizes.head).toBeGreaterThan(1e-4);
    expect(sizes.block).toBeGreaterThan(1e-9);
    expect(sizes.teacher).toBe(0);
    const own = read(classifier, weight);
    expect(own).not.toEqual(start);
    for (const [index, value] of read(teacher, weight).entries()) {
      expect(value).toBeCloseTo((start[index]! + own[index]!) / 2, 5);
    }
    expect(read(teacher, statistic)).not.toEqual(read(classifier, statistic));
    const before = tf.memory().numTensors;
    step(1);
    expect(tf.memory().numTensors).toBe(before);
  });
});
